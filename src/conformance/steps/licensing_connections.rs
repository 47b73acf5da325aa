//! Connections that are under way at the same time. The suite puts nobody under pressure but the bundled server.

use cucumber::gherkin::Step;
use cucumber::when;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::stage::Verdict;
use crate::conformance::world::World;
use crate::report::events::Exchange;
use crate::target::Answer;

/// Each connection begins a request and does not end it. A server that has let it in asks for its body, so that no
/// time has to be waited for.
#[when(regex = r"^(\d+) (connections|previews) are held open at the same time$")]
async fn are_held(world: &mut World, connections: usize, what: String, step: &Step) -> Stepped {
    let path = if what == "previews" { "preview_request" } else { "access_request" };
    let url = world.licensing_url(0, path);
    if !world.context.abilities.bundled {
        return Err(world.not_tested("is for the bundled server only"));
    }
    let mut held = Vec::new();
    world.batch.clear();
    let mut refused = None;
    for _ in 0..connections {
        let (stream, status) = begin(&url).await.map_err(|error| StepError::fault(error.to_string()))?;
        held.push(stream);
        world.batch.push(Verdict { status: Some(status), granted: status == 100, correlation: None });
        if status != 100 {
            refused = Some(status);
        }
    }
    let exchange = Exchange { method: "POST".to_owned(), url, status: refused, ..Exchange::default() };
    world.shown = Some(exchange.clone());
    let status = refused.or(Some(100));
    world.keep(step, Answer { status, body: String::new(), exchange })
}

async fn begin(url: &str) -> std::io::Result<(TcpStream, u16)> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).await?;
    let head = format!(
        "POST /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\
         expect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    // `HTTP/1.1 100` is twelve bytes.
    let mut begun = [0; 12];
    stream.read_exact(&mut begun).await?;
    let status = String::from_utf8_lossy(&begun[9..]).parse().unwrap_or_default();
    Ok((stream, status))
}

//! A stream with a client whose patience, and whose courtesy, have limits.
//!
//! It notes whether a request has begun that nothing was answered to, gives up on a client that does not take what is
//! written to it, and gives the stream back when whoever had it is done, so that there can be a last word.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep};

/// A stream that is given back when this is dropped.
pub(super) struct Patient<S> {
    stream: Option<S>,
    back: Option<oneshot::Sender<Returned<S>>>,
    /// Whether something has come since something was last written.
    unanswered: bool,
    /// How long a write may wait for the client.
    write_time: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

/// A stream after use.
pub(super) struct Returned<S> {
    pub(super) stream: S,
    /// Whether something has come since something was last written.
    pub(super) unanswered: bool,
}

impl<S> Patient<S> {
    /// Lends the stream; it comes back through the receiver.
    pub(super) fn lend(stream: S, write_time: Duration) -> (Self, oneshot::Receiver<Returned<S>>) {
        let (back, returned) = oneshot::channel();
        let lent =
            Self { stream: Some(stream), back: Some(back), unanswered: false, write_time, waiting: None };
        (lent, returned)
    }
}

impl<S: Unpin> Patient<S> {
    fn stream(&mut self) -> Result<Pin<&mut S>, io::Error> {
        // The stream is only taken out when this is dropped.
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// The outcome of a write, or the end of the patience with a client that does not take it.
    fn in_time<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.unanswered = false;
            self.waiting = None;
            return outcome;
        }
        let time = self.write_time;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(time)));
        ready!(waiting.as_mut().poll(context));
        waiting.as_mut().reset(Instant::now() + time);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = self.stream()?.poll_read(context, buffer);
        self.unanswered |= buffer.filled().len() > before;
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = self.stream()?.poll_write(context, bytes);
        self.in_time(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = self.stream()?.poll_write_vectored(context, slices);
        self.in_time(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(context)
    }
}

impl<S> Drop for Patient<S> {
    fn drop(&mut self) {
        if let (Some(stream), Some(back)) = (self.stream.take(), self.back.take()) {
            // Nobody may want it any more; then this closes it.
            let _ = back.send(Returned { stream, unanswered: self.unanswered });
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (_client, server) = duplex(4);
        let (mut lent, _) = Patient::lend(server, Duration::from_millis(20));
        assert!(lent.write_all(b"1234").await.is_ok());
        let error = lent.write_all(b"5").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_slow_client_is_waited_for_as_long_as_it_takes_something() {
        let (mut client, server) = duplex(1);
        let (mut lent, _) = Patient::lend(server, Duration::from_millis(200));
        let reading = tokio::spawn(async move {
            let mut taken = Vec::new();
            while taken.len() < 8 {
                sleep(Duration::from_millis(40)).await;
                taken.push(client.read_u8().await.unwrap());
            }
            taken
        });
        lent.write_all(b"12345678").await.unwrap();
        assert_eq!(reading.await.unwrap(), b"12345678");
    }

    #[tokio::test]
    async fn the_stream_comes_back_with_what_is_unanswered() {
        for (answers, unanswered) in [(true, false), (false, true)] {
            let (mut client, server) = duplex(64);
            let (mut lent, back) = Patient::lend(server, Duration::from_secs(1));
            client.write_all(b"GET").await.unwrap();
            lent.read_u8().await.unwrap();
            if answers {
                lent.write_all(b"x").await.unwrap();
            }
            drop(lent);
            assert_eq!(back.await.map(|returned| returned.unanswered).ok(), Some(unanswered));
        }
    }
}

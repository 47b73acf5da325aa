//! The commands after the two steps: authorize, JSON security, a request. They can be typed as they stand: the password
//! is asked for by the shell, so that it is in no history and in no list of processes.

use serde_json::json;

use super::html::Html;
use super::site_page::{InstanceView, SiteView};

/// An instance ID as the vendor's are, for a first instance.
const EXAMPLE: &str = "3VH8MNZESMSP";

/// Where the commands lead.
pub(super) struct Place<'a> {
    pub(super) origin: &'a str,
    pub(super) site: &'a SiteView,
}

/// Makes an instance by the control protocol.
pub(super) fn no_instance(content: &mut Html, place: &Place<'_>) {
    block(content, "read -rsp 'Control token: ' control");
    let instances = format!("{}/_control/v1/sites/{}/cls/instances", place.origin, place.site.id);
    block(
        content,
        &format!(
            "printf 'Authorization: Bearer %s' \"$control\" |\n  curl -s -X PUT {instances}/{EXAMPLE} -H @- \\\n    \
             -d '{{\"features\": [{{\"name\": \"f1\", \"count\": 3}}]}}'"
        ),
    );
}

/// From the password to the first license.
pub(super) fn for_instance(content: &mut Html, place: &Place<'_>, instance: &InstanceView) {
    let Place { origin, site } = place;
    content.markup("<p>Authorize: the shell asks for the password that you have defined.</p>");
    block(content, "read -rsp 'Password of the Producer User: ' password");
    block(
        content,
        &format!("server={origin}/sites/{}/api/1.0/instances/{}\n{AUTHORIZE}", site.id, instance.id),
    );
    content.markup(
        "<p>JSON security: make a key pair and upload its public half. One from before is replaced.</p>",
    );
    block(content, UPLOAD);
    content.markup("<p>The client application signs its own tokens with the private half.</p>");
    block(content, &sign(site));
    content.markup("<p>Request licenses. The answer lists what is held, and why the rest was denied.</p>");
    block(content, &request(instance));
}

/// The password becomes JSON, whatever is in it.
const AUTHORIZE: &str = r#"token=$(printf %s "$password" |
  sed 's/[\\"]/\\&/g; s/.*/{"user":"producer","password":"&"}/' |
  curl -s "$server/authorize" -H 'Content-Type: application/json' -d @- |
  sed 's/.*"token":"\([^"]*\)".*/\1/')"#;

const UPLOAD: &str = r#"openssl genrsa -out client.pem 2048
openssl rsa -in client.pem -pubout -outform DER -out client.der
curl -s "$server/rest_licensing_keys" -H "Authorization: Bearer $token" \
  -H 'Content-Type: application/octet-stream' --data-binary @client.der"#;

/// A client JWT of an hour, by the clock of the site.
fn sign(site: &SiteView) -> String {
    let now = site.stands_at.map_or_else(|| "$(date +%s)".to_owned(), |now| (now / 1000).to_string());
    format!(
        r#"now={now}
base64url() {{ openssl base64 -A | tr '+/' '-_' | tr -d '='; }}
header=$(printf '{{"alg":"RS256","typ":"JWT"}}' | base64url)
claims=$(printf '{{"sub":"client","roles":"ROLE_CAPABILITY","iat":%s,"exp":%s}}' \
  "$now" "$((now + 3600))" | base64url)
jwt=$header.$claims.$(printf %s "$header.$claims" |
  openssl dgst -sha256 -sign client.pem -binary | base64url)"#
    )
}

fn request(instance: &InstanceView) -> String {
    let (name, version) = instance.feature.clone().unwrap_or_else(|| ("f1".to_owned(), "1.0".to_owned()));
    let body = json!({
        "hostId": { "type": "string", "value": "laptop-1" },
        "features": [{ "name": name, "version": version, "count": 1 }],
    });
    // A quote would end what the shell takes as it stands.
    let body = body.to_string().replace('\'', r"'\''");
    format!(
        "curl -s \"$server/access_request\" -H \"Authorization: Bearer $jwt\" \\\n  \
         -H 'Content-Type: application/json' \\\n  -d '{body}'"
    )
}

fn block(content: &mut Html, commands: &str) {
    content.markup("<pre>").text(commands).markup("</pre>");
}

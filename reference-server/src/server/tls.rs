//! TLS: a certificate chain and its key from PEM files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Where certificate and key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM file of the certificate chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// PEM file of its private key: PKCS #8, SEC 1 or RSA.
    pub key: PathBuf,
}

/// Why TLS cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be used.
    #[error("the TLS file {path} cannot be used: {reason}; give a PEM file")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificate and key do not make a server.
    #[error(
        "the TLS certificate and key cannot be used together: {0}; give the key that the certificate was made for"
    )]
    Pair(#[from] tokio_rustls::rustls::Error),
}

/// What makes TLS of a connection.
pub(super) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, TlsError> {
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(&files.certificate, &error))?;
    if chain.is_empty() {
        return Err(unusable(&files.certificate, &"it holds no certificate"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(&files.key, &error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn unusable(path: &Path, reason: &dyn std::fmt::Display) -> TlsError {
    TlsError::File { path: path.display().to_string(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::pki_types::ServerName;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    use super::super::{ServerOptions, start};
    use super::*;
    use crate::StoreLocation;

    /// A certificate for `localhost` that signs itself, and its key. They protect nothing.
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBkzCCATigAwIBAgIUSXMw9CqkjeuAuab+1Nbs2mGHQIAwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzAyMjEwNVoYDzIxMjYxMDMw
MDIyMTA1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR+knitR+4nwRtFLL0mBCu5CsT1dbNNROmKXVUSRwospjHB1aHvFdOJ
/HwOV4KCCu5FRynHQKpCDj/tgDYdOjo5o2YwZDAdBgNVHQ4EFgQU3p35Sb9OH3zw
8oMiBrNLBTl6JIgwHwYDVR0jBBgwFoAU3p35Sb9OH3zw8oMiBrNLBTl6JIgwFAYD
VR0RBA0wC4IJbG9jYWxob3N0MAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0EAwIDSQAw
RgIhAOtX+YV8eIVlyC0erBxRN0iazeBExIcDqcmdt2tiwyxdAiEAtqAI48UD9w3s
cQiYEmQsMELdXxR2QIOWKVwF2wHYtxk=
-----END CERTIFICATE-----
";
    const KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgF7giGdN7J+SYetMi
m4NpOfpvHg3BBWBCU67U8gdWzPKhRANCAAR+knitR+4nwRtFLL0mBCu5CsT1dbNN
ROmKXVUSRwospjHB1aHvFdOJ/HwOV4KCCu5FRynHQKpCDj/tgDYdOjo5
-----END PRIVATE KEY-----
";

    fn files(folder: &Path, certificate: &str, key: &str) -> TlsFiles {
        let files = TlsFiles { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") };
        std::fs::write(&files.certificate, certificate).unwrap();
        std::fs::write(&files.key, key).unwrap();
        files
    }

    #[tokio::test]
    async fn a_client_that_trusts_the_certificate_is_served() {
        let folder = tempfile::tempdir().unwrap();
        let tls = Some(files(folder.path(), CERTIFICATE, KEY));
        let options = ServerOptions { tls, ..ServerOptions::on_loopback(StoreLocation::Memory, "token") };
        let server = start(options).await.unwrap();

        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(server.address()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
        let request = b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        // A server may close without a farewell of its own.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 200"));
        server.shutdown().await;
    }

    #[test]
    fn files_that_do_not_do_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let reason =
            |certificate, key| acceptor(&files(folder.path(), certificate, key)).err().unwrap().to_string();
        assert!(reason("", KEY).contains("certificate.pem"));
        assert!(reason(CERTIFICATE, "no key").contains("key.pem"));
        let other = crate::http::test_keys::EC_PRIVATE;
        assert!(reason(CERTIFICATE, other).contains("together"));
        let missing = TlsFiles { certificate: folder.path().join("none"), key: folder.path().join("none") };
        assert!(acceptor(&missing).err().unwrap().to_string().contains("none"));
    }
}

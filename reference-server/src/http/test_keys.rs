//! Keys for tests. They protect nothing.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::Value;

/// A key on P-256.
pub(crate) const EC_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNav4+6EDwCUZ7eNh
Twf+GXDfaEfpD9uy+hSEcIXwsZqhRANCAARDzJZ2CN7c5gk+qu5ScjKzbRok8uFN
Vr6lSmsO2fsDgztAIx75WPSskZ2yhOLMRW7OQdrNmLmSo4cj7xg6lp6f
-----END PRIVATE KEY-----
";
/// Its public half.
pub(crate) const EC_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQ8yWdgje3OYJPqruUnIys20aJPLh
TVa+pUprDtn7A4M7QCMe+Vj0rJGdsoTizEVuzkHazZi5kqOHI+8YOpaenw==
-----END PUBLIC KEY-----
";
/// Another key on P-256.
const OTHER_EC_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgmCTfzCdFvE8KG0CY
3zBKMf7DjYH537mqU1YY1kH9r92hRANCAAQcpJoUmRturkKWIJbkGyP0iDRcXk+g
CDeNhlR/sUbPjas+9bdx6JL2FM4dXuqCZQOrTkCWoo93uj24q20YSG7x
-----END PRIVATE KEY-----
";
/// Its public half.
pub(crate) const OTHER_EC_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHKSaFJkbbq5CliCW5Bsj9Ig0XF5P
oAg3jYZUf7FGz42rPvW3ceiS9hTOHV7qgmUDq05AlqKPd7o9uKttGEhu8Q==
-----END PUBLIC KEY-----
";
/// An RSA key of 2048 bits.
const RSA_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQClMY4Jkp/1cOq0
NPwPexpnO2meAhXqO18NpQV+rCR6rCuEV1YGRg0pypZCE+wU/7UBDGz/AwDPJLBT
zyNhLd35LcN644keGiyHQUg7hK+N/HLR/81dbLp8zhWA+rySLx0dYQ4RwzKs8gmL
H+L/jN7phxTj+SnMq6/Z4g4h/sb9iLuxCLI685jvE+piTlS+CtMZ/xO6bqoaFvu8
ceDHFH6HkSR3mW/tSa25Hn7uJoMeB01qVJ5AHwd81fMGiY9/6L5Th+VtEAPSXQjO
IT0c5R3gp6jfCvY5FkCd5ukclVkez1t7q0HcL+PglJOfLBmjSB1uNmH9ZENNNYoC
FToB4lWfAgMBAAECggEAI0zKGeCTvvqgpN6XqGU5eKrZAHNYpIOIZd2IJY/6gZ5N
9EtHbjLE+FO6tScVsU0NLEqv9fR51Un1RguC9266OtedKKL7t4uHTWXVXiaV7yTt
klNz2o1z8lyFetjZt/FKau9E9uW76/oSsQCg3NQJBGUhwS+Kz5o2izxDod8UPbQE
geoOtuLsJ9Er2RmpitI8EZeZ1OS0L+SxZ5sR+fTn+c8qCkG/e6vZPgi6qCzNwc96
NTfNEHBBS4pIy6hqARJ60ISiym0U3DIJTQSsNceCCiRmoEIvFuE1CdiU8jE1wMoM
Sr4zKF+OB3UGRvWxU2su9PYFRONnhhpDzOJynElOjQKBgQDiMvXe/QARaWcii70h
n6TBp7ctu2ux5zirAN1hPdMhEtP5WdxltSx1Cdt5Sk9DlxbnOtxpHYixdPRwZu3y
HKU+pV58Lb6vR+Na3pnZUlHLtzOK2wVD21IGhjCuQgyMuA+PKIMM/zCgXKCLalu1
1DHHAUNZfQwnyWNZCgDzu+qLiwKBgQC69Q5KFuKAPg7ERMRaa7L23I6GIwNaGDf2
oD43QdaQ+6HoI+lo61w0yLU2cuy4FJ8udwRFi8gpof8sGyX40Ip0OmDPyXX1MoYV
Fnl724tYWM7/7JdKD3NEWxR5tDCGrpxjfBFGuKl8xIaayukLThhsfJjozkbvZ9H5
RIVc4ZXwvQKBgA+Udv7u6ixI2EO24EYKmuyDwsgxmo9cX7jXjGgAPCSRCWypVdbj
jbZaAXXvOlprc7ZlhXzv/dRLO/LqBAWjF3ajKUjgVbv49Z3yqyIe22durOwpfclY
t+OfJoc6IWcn3lp77drdUNoaxywTHVH+1ZbhbWQiis3Kvz8Iw1wGW3dVAoGADQRQ
6WGshYdMmee70BvdiwiSN86qRhSXmOlRS6Ge4dtTS4lsj+yLL/WlgFQCHVL6Pk71
Ei6IUjXAQX7mZuuGKE+EPBNnzhmlckRtUu1XR2BvkSwU4Igw21qIE20zT71KkDas
MUNcMZ6xTIfCMBJQ6wTF1LfAAp005mkZ6/yc5vUCgYEAgRBMi5/1EGWJAJXIAfAe
awngoIw+f15MtXmdJz2XX4KJ/bVWnEWtzalh7JjH/qFMdEDyrPGyJ/68ZUR11bia
rveS4RZzCbY9X1X/9Hshagoir4UVC2+Z8AEdZMWnm/kmMZ6B9ZGB+UlPbt/+Wszt
u1+fgrUWCaIAckRM0UtR7no=
-----END PRIVATE KEY-----
";
/// Its public half.
pub(super) const RSA_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApTGOCZKf9XDqtDT8D3sa
ZztpngIV6jtfDaUFfqwkeqwrhFdWBkYNKcqWQhPsFP+1AQxs/wMAzySwU88jYS3d
+S3DeuOJHhosh0FIO4Svjfxy0f/NXWy6fM4VgPq8ki8dHWEOEcMyrPIJix/i/4ze
6YcU4/kpzKuv2eIOIf7G/Yi7sQiyOvOY7xPqYk5UvgrTGf8Tum6qGhb7vHHgxxR+
h5Ekd5lv7UmtuR5+7iaDHgdNalSeQB8HfNXzBomPf+i+U4flbRAD0l0IziE9HOUd
4Keo3wr2ORZAnebpHJVZHs9be6tB3C/j4JSTnywZo0gdbjZh/WRDTTWKAhU6AeJV
nwIDAQAB
-----END PUBLIC KEY-----
";

/// JOSE header `{"alg":"none","typ":"JWT"}`.
const UNSIGNED_HEADER: &str = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";

/// Who signs a token.
#[derive(Clone, Copy)]
pub(crate) enum Signer {
    Ec,
    OtherEc,
    Rsa,
    Hmac,
}

impl Signer {
    /// A token with these claims.
    pub(crate) fn sign(self, claims: &Value) -> String {
        let (algorithm, key) = match self {
            Self::Ec => (Algorithm::ES256, EncodingKey::from_ec_pem(EC_PRIVATE.as_bytes())),
            Self::OtherEc => (Algorithm::ES256, EncodingKey::from_ec_pem(OTHER_EC_PRIVATE.as_bytes())),
            Self::Rsa => (Algorithm::RS256, EncodingKey::from_rsa_pem(RSA_PRIVATE.as_bytes())),
            Self::Hmac => (Algorithm::HS256, Ok(EncodingKey::from_secret(EC_PUBLIC.as_bytes()))),
        };
        encode(&Header::new(algorithm), claims, &key.unwrap()).unwrap()
    }

    /// A token with these claims and no signature.
    pub(super) fn unsigned(claims: &Value) -> String {
        let signed = Self::Ec.sign(claims);
        let payload = signed.split('.').nth(1).unwrap();
        format!("{UNSIGNED_HEADER}.{payload}.")
    }
}

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

/// Another RSA key of 2048 bits.
const OTHER_RSA_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDfMKaWoPA4yhx7
tYHjAbI9NDYT64FtBdfMrDICdMjpDj5SX56hNM8ARsoUMb1dTehXNSG+e4XVLqss
yvalG3nz6AyN280bSd0873buy9TyLBuuL7C4iH64LQwV5LVWimsCj41vQ/yeVw4H
suP3ZZ8Rd/mRiWlIlkKnmtXpXN2A1V2d8x5jBcCA5nFBEAArnNFX3csB6dU28hd2
WlCRvEGstIrSRmqhE3DWu9YFvh39vctDAbTjtMg4mao53IP/o9rXTqx6X1Cytaj3
UGbHJkZIuOpN124QoMr8Xkqa088XGHAuOghM43dR01AIwQ23znlYhohT6JZHJmTT
NfAiGW8lAgMBAAECggEAJkZqmzRYXfTTM6fp8WsuDO7yQzJFDNROsMvq+57ZgZYu
u+OoCY9L3IlHSHVLO0AME0CKW+dFCU0qj9DywVfX7yshVAaYwxBEv5l1dPhBuZI0
4QdOsCbATId1JiAFtSShu1uw7p7jKKhXQJy+GYQ05kMD6qB9DLSwE5wrCQ0i81/R
zSzsOU2NzK8g7s9BTQbsdPyP4aQwuvLXdWIiLeN4E7jEdVkNGeQYRl4lpIQNUwkg
y+a/cdOVE1/D2naFlPWpTfGt4EMwpnSxl6EKraqrzwJks1SyHuhZAfJGY+UN07bJ
r6nNWwpjDnqg+A0vQfglID7cOz1MAqDURVLnTrDigQKBgQD6sbzBFVxIywijlUeL
g5nxCZMiCC2hDdmLlhWlxhy+Bzk3sgwV594L3wApat86a+vChixpZvs7zjJIw+Mx
B+nIHCmOxEkpBUw/fG8gNl+UbDbUpDJloDe938eUmyW2MVIDs49tgu9X75cgwdMs
GEiRYmlPjwheeJz6bHIWBVgwYQKBgQDj6eUyrlA4xRVprYKGdk4OBeFoH1b4er3K
ThEQBQIqcbBBm2vodjbqr5A2wpomK4PRoyxGiAWg8IAikOlbFqF9aJk3/4sk1pYU
CHPYDd0wPXIrZiUaNv/jTsMHZyB4l62/CdwIN5bSiM4crMPwuKkeUrqmtyD4PE6J
iQTYdXKFRQKBgCPWru5HeHbrl6OTHrRCLwq3XLJbyvIgQb5jyVp2lPtRmwtsR7AG
AsddrO8+2QTIEt8vQUAcOcRV+PhQELWctP4nkIVZaEAWAs18o4JOY6GbSsdhZdcD
bZSWXjjPaTe/m0LuM43rTv4aQVesfdzq58zo7bcy8nZW9dITGMgvIWlhAoGBANkC
4svpElWbwxHGtpvVlejgTIpaHPOn24L/5ls8iZ1kdxFhLdRAi3XXCRg7H4/sqy03
k3btGX7uwPMozCmBWO8SY6HgXtsKwAf/LF6yhMPkHguYzQczC1+ipS0tUsvAkR1w
A+SHGcMJpEfFcSSKj+1hlHwdrvTuZ1Gp98Urv4mJAoGAWqIYpPj18lbUv6rSckZh
S1a2vLC8j4W257cyokUtI7aUxGwYuCodK5VbEjbsZ4OxyBmbN7tRCQymMu4EjYU/
NvJrKFVzpSaRVcpqAq0ZyFZOuNhhmnmMBkuQ7Fr7Ijl2uieciZ4g7h8PzVHLdvZu
F/DpTJjgXm8ImPtgam16KX8=
-----END PRIVATE KEY-----
";
/// Its public half.
pub(super) const OTHER_RSA_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3zCmlqDwOMoce7WB4wGy
PTQ2E+uBbQXXzKwyAnTI6Q4+Ul+eoTTPAEbKFDG9XU3oVzUhvnuF1S6rLMr2pRt5
8+gMjdvNG0ndPO927svU8iwbri+wuIh+uC0MFeS1VoprAo+Nb0P8nlcOB7Lj92Wf
EXf5kYlpSJZCp5rV6VzdgNVdnfMeYwXAgOZxQRAAK5zRV93LAenVNvIXdlpQkbxB
rLSK0kZqoRNw1rvWBb4d/b3LQwG047TIOJmqOdyD/6Pa106sel9QsrWo91BmxyZG
SLjqTdduEKDK/F5KmtPPFxhwLjoITON3UdNQCMENt855WIaIU+iWRyZk0zXwIhlv
JQIDAQAB
-----END PUBLIC KEY-----
";
/// The public half of an RSA key that is too short.
pub(super) const SHORT_RSA_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7XWxvguw+yhCTBLtOrx5Pf8q8
jOBHaKtVhCEynmKpLCuZXNZ0KoyvOqF8N+VIXsrSH9KL5wFWwDs5NMYuJzddI5PD
9Nt/2w7yThhCPaY5Eu/dWLv1jmPWwjhTAKteISzjk6dTVUciX6fQrTmJrFetV7Wv
HkKDhYdFAmjviy4i+wIDAQAB
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
    OtherRsa,
    Hmac,
}

impl Signer {
    /// A token with these claims.
    pub(crate) fn sign(self, claims: &Value) -> String {
        let (algorithm, key) = match self {
            Self::Ec => (Algorithm::ES256, EncodingKey::from_ec_pem(EC_PRIVATE.as_bytes())),
            Self::OtherEc => (Algorithm::ES256, EncodingKey::from_ec_pem(OTHER_EC_PRIVATE.as_bytes())),
            Self::Rsa => (Algorithm::RS256, EncodingKey::from_rsa_pem(RSA_PRIVATE.as_bytes())),
            Self::OtherRsa => (Algorithm::RS256, EncodingKey::from_rsa_pem(OTHER_RSA_PRIVATE.as_bytes())),
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

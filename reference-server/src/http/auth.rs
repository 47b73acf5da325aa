//! Who calls: bearer tokens, their signatures and times (`20` §2).
//!
//! A token is read before the site is locked and believed under the lock, by the key that the site has at that
//! moment and by the site's clock. A signature is verified once: a token that has verified is remembered with the
//! key that it verified with, and is believed again only while the stored key is the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonwebtoken::Algorithm;

use super::token::Token;
use crate::domain::TokenRules;
use crate::site::{Refusal, Site};

/// Tokens remembered in each of the two generations.
const MOST_REMEMBERED: usize = 4096;

/// A token as it came, with the key that it verified with before, if any.
#[derive(Clone, Debug)]
pub(super) struct Presented {
    token: Arc<Token>,
    verified_with: Option<Arc<str>>,
}

/// The token of a request, or why there is none.
pub(super) type Bearer = Result<Presented, &'static str>;

/// A refusal of the token.
pub(super) fn unauthorized(why: &str) -> Refusal {
    Refusal::new(401, why)
}

/// Tokens whose signatures have verified. A full generation replaces the one before it, and what is still in use
/// moves along, so that the memory is bounded and no token in use is verified often.
#[derive(Debug, Default)]
pub(super) struct VerifiedTokens {
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Ending, Presented>,
    old: HashMap<Ending, Presented>,
}

/// The end of a token, by which it is found: it is part of the signature and differs from that of any other token that
/// has verified, and a whole token takes long to hash.
type Ending = [u8; 16];

fn ending(text: &str) -> Ending {
    text.as_bytes().last_chunk().copied().unwrap_or_default()
}

impl VerifiedTokens {
    /// Reads the token of an `Authorization` header (DM-AUTH-001, DM-AUTH-A09).
    pub(super) fn read(&self, authorization: Option<&str>) -> Bearer {
        let authorization = authorization.ok_or("there is no Authorization header")?;
        let (scheme, text) = authorization.split_once(' ').unwrap_or((authorization, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err("the authorization scheme is not Bearer");
        }
        let text = text.trim();
        match self.find(text) {
            Some(known) => Ok(known),
            None => Ok(Presented { token: Arc::new(Token::read(text)?), verified_with: None }),
        }
    }

    /// Believes a token, or refuses it with 401 (DM-AUTH-007, DM-AUTH-A01, DM-AUTH-008, DM-AUTH-010).
    pub(super) fn authenticate(&self, site: &Site, bearer: &Bearer) -> Result<Arc<Token>, Refusal> {
        let rules = &site.rules().tokens;
        let presented = match bearer {
            Ok(presented) if rules.header_counts => presented,
            Ok(_) => return Err(unauthorized("there is no token where it is looked for")),
            Err(_) if rules.strangers_pass => return Ok(Arc::new(Token::of_a_stranger())),
            Err(why) => return Err(unauthorized(why)),
        };
        let token = &presented.token;
        if let Some(claim) = token.missing.iter().find(|claim| rules.required_claims.contains(claim)) {
            return Err(unauthorized(&format!("the token has no claim `{claim}`")));
        }
        let key_id = (rules.key_id)(token.key_id(), token.header_key_id.as_deref());
        let mut keys = site.believed_keys(token.kind, key_id).peekable();
        if keys.peek().is_none() {
            return Err(unauthorized("the token names no key of this site"));
        }
        let now_s = site.now().div_euclid(1000);
        let in_time = (rules.in_time)(token.not_before_s, token.expires_s, now_s);
        if !in_time || !(rules.made_in_time)(token.issued_s, now_s) {
            return Err(unauthorized("the token is not valid at this time"));
        }
        match token.algorithm {
            None if token.unsigned && rules.unsigned_passes => {}
            None => return Err(unauthorized("the token is not signed with an accepted algorithm")),
            Some(algorithm) => self.verify(presented, algorithm, keys, rules)?,
        }
        Ok(Arc::clone(token))
    }

    /// Whether one of the keys has signed the token. One that has verified with such a key before is not verified
    /// again.
    fn verify<'k>(
        &self,
        presented: &Presented,
        algorithm: Algorithm,
        keys: impl Iterator<Item = &'k str>,
        rules: &TokenRules,
    ) -> Result<(), Refusal> {
        for public_key in keys {
            if presented.verified_with.as_deref() == Some(public_key) || !rules.signature_counts {
                return Ok(());
            }
            if presented.token.signed_with(algorithm, public_key) {
                self.remember(&presented.token, public_key);
                return Ok(());
            }
        }
        Err(unauthorized("the signature of the token does not verify"))
    }

    fn find(&self, text: &str) -> Option<Presented> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let ending = ending(text);
        let same = |known: &&Presented| *known.token.text == *text;
        if let Some(known) = generations.young.get(&ending) {
            return Some(known).filter(same).cloned();
        }
        let known = generations.old.get(&ending).filter(same).cloned()?;
        generations.old.remove(&ending);
        generations.insert(ending, known.clone());
        Some(known)
    }

    fn remember(&self, token: &Arc<Token>, public_key: &str) {
        let presented = Presented { token: Arc::clone(token), verified_with: Some(public_key.into()) };
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.insert(ending(&token.text), presented);
    }
}

impl Generations {
    fn insert(&mut self, ending: Ending, presented: Presented) {
        if self.young.len() >= MOST_REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(ending, presented);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::super::test_keys::{EC_PUBLIC, OTHER_EC_PUBLIC, RSA_PUBLIC, Signer};
    use super::*;
    use crate::domain::KeyKind;
    use crate::site::{Clock, SiteSettings};

    const NOW_S: i64 = 1_760_000_000;

    fn site(policy: &[(&str, &str)]) -> Site {
        let keys = [("ec", EC_PUBLIC), ("rsa", RSA_PUBLIC)];
        let settings = SiteSettings {
            clock: Clock::Virtual(NOW_S * 1000),
            administration_keys: keys.map(|(id, pem)| (id.to_owned(), pem.to_owned())).to_vec(),
            policy: policy.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            key_propagation: 0,
        };
        let (mut site, _) = Site::create("acme", settings, 0).unwrap();
        let clients = vec![("ec".to_owned(), EC_PUBLIC.to_owned())];
        let ((), _) = site.act(0, |site| site.save_keys(KeyKind::Client, clients));
        site
    }

    fn claims(kid: &str, kty: &str) -> Value {
        json!({
            "iss": "producer.example", "iat": NOW_S, "nbf": NOW_S, "exp": NOW_S + 60,
            "cnf": { "jwk": { "kid": kid, "kty": kty } }, "aud": ["i"],
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims("ec", "ADMIN");
        claims[name] = value;
        claims
    }

    fn status(site: &Site, authorization: &str) -> u16 {
        let tokens = VerifiedTokens::default();
        tokens
            .authenticate(site, &tokens.read(Some(authorization)))
            .map_or_else(|refusal| refusal.status, |_| 200)
    }

    fn bearer(claims: &Value) -> String {
        format!("Bearer {}", Signer::Ec.sign(claims))
    }

    #[test]
    fn right_tokens_of_both_kinds_and_key_types_are_believed() {
        let site = site(&[]);
        assert_eq!(status(&site, &bearer(&claims("ec", "ADMIN"))), 200);
        assert_eq!(status(&site, &bearer(&claims("ec", "CLIENT"))), 200);
        assert_eq!(status(&site, &format!("bearer {}", Signer::Rsa.sign(&claims("rsa", "ADMIN")))), 200);
    }

    #[test]
    fn wrong_tokens_are_not() {
        let site = site(&[]);
        let right = bearer(&claims("ec", "ADMIN"));
        let token = right.strip_prefix("Bearer ").unwrap();
        let wrong = [
            format!("Basic {token}"),
            "Bearer".to_owned(),
            "Bearer nonsense".to_owned(),
            format!("Bearer {}", &token[..token.len() - 8]),
            format!("Bearer {}.", token.rsplit_once('.').unwrap().0),
            format!("Bearer {}", Signer::Hmac.sign(&claims("ec", "ADMIN"))),
            format!("Bearer {}", Signer::Rsa.sign(&claims("ec", "ADMIN"))),
            format!("Bearer {}", Signer::OtherEc.sign(&claims("ec", "ADMIN"))),
            format!("Bearer {}", Signer::unsigned(&claims("ec", "ADMIN"))),
            bearer(&claims("unknown", "ADMIN")),
            bearer(&claims("rsa", "CLIENT")),
            bearer(&claims("ec", "RSA")),
            bearer(&with("exp", json!(NOW_S))),
            bearer(&with("nbf", json!(NOW_S + 1))),
            bearer(&with("exp", Value::Null)),
            bearer(&with("iss", Value::Null)),
            bearer(&with("cnf", json!({}))),
        ];
        for authorization in wrong {
            assert_eq!(status(&site, &authorization), 401, "{authorization}");
        }
        let tokens = VerifiedTokens::default();
        assert_eq!(tokens.authenticate(&site, &tokens.read(None)).unwrap_err().status, 401);
    }

    #[test]
    fn the_faults_of_a_mutant_let_wrong_tokens_through() {
        let unsigned = format!("Bearer {}", Signer::unsigned(&claims("ec", "ADMIN")));
        assert_eq!(status(&site(&[("token.algorithm", "none-passes")]), &unsigned), 200);
        let foreign = format!("Bearer {}", Signer::OtherEc.sign(&claims("ec", "ADMIN")));
        assert_eq!(status(&site(&[("token.signature", "not-checked")]), &foreign), 200);
    }

    #[test]
    fn a_remembered_token_ends_with_its_key() {
        let mut site = site(&[]);
        let tokens = VerifiedTokens::default();
        let authorization = bearer(&claims("ec", "ADMIN"));
        tokens.authenticate(&site, &tokens.read(Some(&authorization))).unwrap();
        assert!(tokens.read(Some(&authorization)).unwrap().verified_with.is_some());
        tokens.authenticate(&site, &tokens.read(Some(&authorization))).unwrap();
        let replaced = vec![("ec".to_owned(), OTHER_EC_PUBLIC.to_owned())];
        let ((), _) = site.act(0, |site| site.save_keys(KeyKind::Admin, replaced));
        assert_eq!(tokens.authenticate(&site, &tokens.read(Some(&authorization))).unwrap_err().status, 401);
    }

    #[test]
    fn a_token_with_the_end_of_another_is_not_taken_for_it() {
        let site = site(&[]);
        let tokens = VerifiedTokens::default();
        let known = bearer(&claims("ec", "ADMIN"));
        tokens.authenticate(&site, &tokens.read(Some(&known))).unwrap();
        let signature = known.rsplit_once('.').unwrap().1;
        let other = bearer(&with("exp", json!(NOW_S + 3600)));
        let forged = format!("{}.{signature}", other.rsplit_once('.').unwrap().0);
        assert!(tokens.read(Some(&forged)).unwrap().verified_with.is_none());
        assert_eq!(tokens.authenticate(&site, &tokens.read(Some(&forged))).unwrap_err().status, 401);
        assert!(tokens.read(Some(&known)).unwrap().verified_with.is_some(), "the known one is still known");
    }

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let tokens = VerifiedTokens::default();
        let authorization = bearer(&claims("ec", "ADMIN"));
        let first = tokens.read(Some(&authorization)).unwrap().token;
        tokens.remember(&first, EC_PUBLIC);
        for count in 0..3 * MOST_REMEMBERED {
            let mut generations = tokens.generations.lock().unwrap();
            let presented = Presented { token: Arc::clone(&first), verified_with: None };
            generations.insert(ending(&format!("{count:016}")), presented);
            drop(generations);
            if count % 1000 == 0 {
                assert!(tokens.find(&first.text).is_some());
            }
        }
        let generations = tokens.generations.lock().unwrap();
        assert!(generations.young.len() + generations.old.len() <= 2 * MOST_REMEMBERED + 1);
    }

    #[test]
    fn client_tokens_reach_their_instances_only() {
        let site = site(&[]);
        let tokens = VerifiedTokens::default();
        let of =
            |kty: &str| tokens.authenticate(&site, &tokens.read(Some(&bearer(&claims("ec", kty))))).unwrap();
        let (admin, client, rules) = (of("ADMIN"), of("CLIENT"), site.rules());
        assert!(admin.administration(rules).is_ok() && admin.instance_in_path(rules, "other").is_ok());
        assert_eq!(client.administration(rules).unwrap_err().status, 403);
        assert!(client.instance_in_path(rules, "i").is_ok());
        assert_eq!(client.instance_in_path(rules, "other").unwrap_err().status, 403);
        assert_eq!(client.instance_in_query(rules, "other").unwrap_err().status, 401);
        let policy = BTreeMap::from([("token.audience".to_owned(), "not-checked".to_owned())]);
        let careless = crate::policy::rules(&policy).unwrap();
        assert!(client.instance_in_path(&careless, "other").is_ok());
    }
}

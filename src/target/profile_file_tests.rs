//! The target file: what it may say and what is said of its mistakes.

use std::path::PathBuf;

use super::credentials::{Algorithm, KeyPair};
use super::profile::{Bases, DataAccessProfile, Profile, Timing, UsageProfile};
use super::profile_file::{ProfileError, load};

const CONTROL: &str = "name = \"t\"\n[control]\nbase = \"http://127.0.0.1:8080/_control/v1/\"\n";
const BASES: &str =
    "name = \"t\"\n[bases]\ndynamic_monetization = \"https://t.example/dynamicmonetization/\"\n";
const ADMINISTRATION: &str =
    "[administration]\nkey_id = \"k\"\nprivate_key = \"k.pem\"\nissuer = \"producer.example\"\n";

/// A folder with a target file, a private key `k.pem`, and one environment variable `TOKEN`.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new() -> Case {
        let folder = tempfile::tempdir().unwrap();
        let key = KeyPair::generate("k", Algorithm::Es256).unwrap();
        std::fs::write(folder.path().join("k.pem"), key.private_pem()).unwrap();
        Case { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("target.toml")
    }

    fn load(&self, text: &str) -> Result<Profile, ProfileError> {
        std::fs::write(self.path(), text).unwrap();
        load(&self.path(), &|variable| (variable == "TOKEN").then(|| "from-environment".to_owned()))
    }

    /// The message for a file that must be refused; it always names the file.
    fn refused(&self, text: &str) -> String {
        let message = self.load(text).unwrap_err().to_string();
        assert!(message.contains("target.toml"), "{message}");
        message
    }
}

#[test]
fn a_control_table_is_enough() {
    let profile = Case::new().load(&format!("{CONTROL}token_env = \"TOKEN\"\n")).unwrap();
    let control = profile.control.as_ref().unwrap();
    assert_eq!(control.base, "http://127.0.0.1:8080/_control/v1");
    assert_eq!(control.token.expose(), "from-environment");
    assert_eq!(profile.kind(), "control");
    assert_eq!(profile.usage, UsageProfile::Control);
    assert_eq!(
        profile.timing,
        Timing { answer_s: 15, key_propagation_s: 0, row_visible_s: 0, short_periods: false }
    );
    assert_eq!(profile.versions, ["v1.0"]);
}

#[test]
fn a_plain_target_has_bases_and_a_registered_key() {
    let case = Case::new();
    let profile = case.load(&format!("{BASES}{ADMINISTRATION}")).unwrap();
    assert_eq!(profile.bases, Some(Bases::new("https://t.example/dynamicmonetization", None, None)));
    assert_eq!(profile.kind(), "plain");
    assert_eq!(profile.usage, UsageProfile::None);
    assert_eq!(
        profile.timing,
        Timing { answer_s: 15, key_propagation_s: 600, row_visible_s: 120, short_periods: false }
    );
    let administration = profile.administration.unwrap();
    assert_eq!(administration.private_key, case.folder.path().join("k.pem"));
    assert_eq!(administration.key().unwrap().id(), "k");
}

#[test]
fn everything_that_can_be_said_is_understood() {
    let text = format!(
        "{CONTROL}token = \"literal\"\n[bases]\ndynamic_monetization = \"https://t.example/dm\"\n\
         data_access = \"https://t.example/data/\"\ncmapi = \"https://t.example/api/1.0\"\n\
         [versions]\ndynamic_monetization = [\"v1.0\", \"v1.1\"]\n{ADMINISTRATION}\
         [data_access]\nuser = \"reports\"\npassword_env = \"TOKEN\"\n\
         [cmapi]\ninstance = \"3VH8MNZESMSP\"\nproducer_password_env = \"TOKEN\"\n\
         [usage]\nsource = \"files:exports/*.parquet\"\n[timing]\nanswer_s = 2\nkey_propagation_s = 30\nrow_visible_s = 5\n\
         [capabilities]\nabsent = [\"rules-of-access\"]\n"
    );
    let case = Case::new();
    let profile = case.load(&text).unwrap();
    assert_eq!(profile.bases.unwrap().data_access.as_deref(), Some("https://t.example/data"));
    assert_eq!(profile.versions.len(), 2);
    assert!(
        matches!(profile.data_access, Some(DataAccessProfile::Password { ref user, .. }) if user == "reports")
    );
    assert_eq!(profile.cmapi.unwrap().instance, "3VH8MNZESMSP");
    let exports = format!("files:{}", case.folder.path().join("exports/*.parquet").display());
    assert_eq!(profile.usage, UsageProfile::Other(exports));
    assert_eq!(
        profile.timing,
        Timing { answer_s: 2, key_propagation_s: 30, row_visible_s: 5, short_periods: false }
    );
    assert!(profile.absent.contains("rules-of-access"));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let message = Profile::load(&Case::new().path()).unwrap_err().to_string();
    assert!(message.contains("target.toml cannot be read"), "{message}");
}

#[test]
fn bad_toml_is_shown_with_its_line() {
    let message = Case::new().refused("name = \"t\"\n[control\n");
    assert!(message.contains("line 2"), "{message}");
}

#[test]
fn an_unknown_key_is_shown_with_its_line() {
    let message = Case::new().refused(&format!("{CONTROL}tokn = \"x\"\n"));
    assert!(message.contains("line 4") && message.contains("unknown field `tokn`"), "{message}");
}

#[test]
fn a_target_without_an_address_is_refused() {
    let message = Case::new().refused("name = \"t\"\n");
    assert!(message.contains("[control] or [bases]"), "{message}");
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let message = Case::new().refused(&format!("{CONTROL}token_env = \"MISSING\"\n"));
    assert!(message.contains("control.token_env") && message.contains("MISSING is not set"), "{message}");
}

#[test]
fn a_control_table_needs_one_token_not_two() {
    let none = Case::new().refused(CONTROL);
    assert!(none.contains("control.token: missing"), "{none}");
    let two = Case::new().refused(&format!("{CONTROL}token = \"a\"\ntoken_env = \"TOKEN\"\n"));
    assert!(two.contains("given twice"), "{two}");
}

#[test]
fn bases_need_a_registered_key() {
    let message = Case::new().refused(BASES);
    assert!(message.contains("[administration]: missing"), "{message}");
}

#[test]
fn a_key_that_cannot_be_read_or_used_is_named_with_its_path() {
    let case = Case::new();
    let text = format!("{BASES}{}", ADMINISTRATION.replace("k.pem", "absent.pem"));
    let absent = case.refused(&text);
    assert!(absent.contains("absent.pem cannot be read"), "{absent}");
    std::fs::write(case.folder.path().join("k.pem"), "no key").unwrap();
    let useless = case.refused(&format!("{BASES}{ADMINISTRATION}"));
    assert!(useless.contains("k.pem: the private key is not PEM text"), "{useless}");
}

#[test]
fn values_that_cannot_be_used_are_refused() {
    let case = Case::new();
    let address = case.refused("name = \"t\"\n[control]\nbase = \"127.0.0.1:8080\"\ntoken = \"a\"\n");
    assert!(address.contains("control.base"), "{address}");
    let version =
        case.refused(&format!("{CONTROL}token = \"a\"\n[versions]\ndynamic_monetization = [\"v2\"]\n"));
    assert!(version.contains("`v2`"), "{version}");
    let source = case.refused(&format!("{BASES}{ADMINISTRATION}[usage]\nsource = \"control\"\n"));
    assert!(source.contains("usage.source"), "{source}");
    let access = case.refused(&format!("{CONTROL}token = \"a\"\n[data_access]\nuser = \"u\"\n"));
    assert!(access.contains("[data_access]"), "{access}");
}

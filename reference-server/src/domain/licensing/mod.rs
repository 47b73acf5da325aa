//! Licensing by the Cloud Monetization API: license servers, who may use them, and what they grant.

mod account;
mod answering;
mod borrow;
mod client;
mod client_token;
mod granting;
mod license;
mod password;
mod readings;
mod request;
mod reservation;
mod rules;
mod secret;
mod server;
mod stock;

pub use account::{Account, CallerKind, Need, ProducerState, ProducerUser, roles};
pub use borrow::{BorrowTerms, Granularity, parse_interval};
pub use client::{Client, Holding, HostId, HostKey, ServedStatus, Share};
pub use client_token::{ClientClaims, SigningWay};
pub use granting::{Ground, Served};
pub use license::{FeatureKey, License, Model};
pub use password::{password_fault, password_policy};
pub(super) use readings::READINGS;
pub use request::{CapabilityRequest, Denial, Granted, Line, LineItemInfo, LineKind, Status, WantedFeature};
pub use reservation::{Reservation, ReservationEntry, ReservationGroup, Reserved};
pub use rules::{
    AccountRules, BorrowRules, ClientTokenRules, ConnectionRules, GrantRules, LicensingKeyRules,
    LicensingRules,
};
pub use secret::{PasswordCost, Secret};
pub use server::{GroupDraft, GroupFault, InstanceTerms, LicenseServer, LicensingKey};

#[cfg(test)]
mod tests;

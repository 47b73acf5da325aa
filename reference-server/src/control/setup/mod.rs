//! The set-up page: what an operator does by hand in the vendor's portal, for people who rehearse it.
//!
//! It mirrors the two steps for the Producer User (CM-PROD-004) and then shows how to go on. It is as closed as the rest
//! of the control protocol, whose token opens it; from then on a cookie stands for the token, which is in no address.
//! Everything works without scripts, and none is allowed to run.

mod commands;
mod fields;
mod handlers;
mod html;
mod logins;
mod pages;
mod router;
mod site_page;
mod turned;
mod visitor;

#[cfg(test)]
pub(crate) use router::addresses;
pub(crate) use router::router;

#[cfg(test)]
mod tests;

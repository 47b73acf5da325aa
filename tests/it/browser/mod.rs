//! Pages in a real Chromium. `tests/browser/run` installs one and runs this.

mod driver;
mod set_up;

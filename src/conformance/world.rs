//! The world of cucumber: an empty shell around the state of a scenario.
//!
//! Cucumber makes worlds by itself and lets nothing in, so a world is born empty and the hook before each
//! scenario furnishes it with everything that the run shares.

use std::ops::{Deref, DerefMut};

use super::stage::Stage;

/// What every step gets.
#[derive(Default, cucumber::World)]
pub(super) struct World {
    stage: Option<Box<Stage>>,
}

impl World {
    /// Puts the state of the scenario in.
    pub(super) fn furnish(&mut self, stage: Stage) {
        self.stage = Some(Box::new(stage));
    }

    /// The state, if the scenario came so far as to have one.
    pub(super) fn stage(&mut self) -> Option<&mut Stage> {
        self.stage.as_deref_mut()
    }
}

impl Deref for World {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        self.stage.as_deref().expect("the hook before the scenario furnishes the world")
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Stage {
        self.stage.as_deref_mut().expect("the hook before the scenario furnishes the world")
    }
}

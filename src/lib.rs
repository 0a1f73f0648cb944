//! redite finds sentences and paragraphs that are said twice.

mod article;
mod decide;
mod detector;
mod error;
#[cfg(feature = "files")]
pub mod files;
pub mod fold;
mod hash;
pub mod join;
pub mod model;
pub mod segment;
mod settings;
pub mod shingle;
mod store;

pub use article::{Article, Rank};
pub use detector::{Cut, Detection, Detector, Repeat, Session, Sink, Stats};
pub use error::SettingsError;
pub use model::{ArticleId, Reason, Span, Unit, UnitKind};
pub use settings::{DetectorBuilder, Keep, Numbers, Scope, Settings, UnitChoice};

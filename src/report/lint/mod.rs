//! What is wrong with scenarios, for people, for programs and for code hosts. It finds nothing.

mod json;
mod model;
#[cfg(feature = "sarif")]
mod sarif;
mod text;

pub use json::findings_json;
pub use model::Remark;
#[cfg(feature = "sarif")]
pub use sarif::sarif;
pub use text::findings;

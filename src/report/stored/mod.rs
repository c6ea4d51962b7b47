//! What a run leaves in a folder, and how it is read back: the index of the folder, and the report. No files here:
//! texts come in and go out.

mod index;
pub(super) mod read;

pub use index::{FOLDER_FORMAT, FOLDER_VERSION, FolderIndex, NotMade, StoredFile};
pub use read::{WrongStored, folder_index, stored_report};

//! Placeholder: filled below.

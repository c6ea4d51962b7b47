//! Questions to a network that no packet has to answer: what is connected to what. It reads the model, changes nothing
//! and draws nothing.

pub mod graph;

//! A chat without a screen.

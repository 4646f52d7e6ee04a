//! Buildings and terrain, and the ways that sound takes among them.

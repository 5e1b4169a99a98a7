"""unionbot: a WeChat assistant for Chinese trade unions. `docs/architecture.md` is the map of the rooms."""

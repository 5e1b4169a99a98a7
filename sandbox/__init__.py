"""The sandbox: a stand-in for the WeChat Official Account platform. It shares no code with the bot."""

"""The telephone switch: Asterisk, fetched and configured by `engine`, told what to do over ARI."""

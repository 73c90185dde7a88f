"""The fake suppliers: their API, their diaries, and their voice. They know the gateway only by its address."""

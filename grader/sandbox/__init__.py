"""The wall: student code runs in processes of its own, which hold no secret."""

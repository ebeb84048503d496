"""Policies that decide whether a call may go on, and sign what is sent."""

"""Tests of shopdesk and their equipment."""

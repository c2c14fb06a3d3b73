"""The shared store: any number of replicas on one Redis or Valkey primary, one Lua script for each commit."""

from app.adapters.store_redis.store import RedisStore

__all__ = ["RedisStore"]

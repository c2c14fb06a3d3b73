-- Drops records that have expired at `asked.now`, at most `asked.limit`; answers how many went.

local before = answered_before()
if before then
  return before
end

local expired = redis.call('ZRANGEBYSCORE', RECORD_EXPIRY, '-inf', asked.now, 'LIMIT', 0, asked.limit)
drop_records(expired)
return answer({#expired})

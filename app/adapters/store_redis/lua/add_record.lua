-- A record unless its name is taken; of its kind, the oldest beyond `asked.keep` are dropped. Answers 1 when added.

local before = answered_before()
if before then
  return before
end

if redis.call('HEXISTS', RECORDS, asked.record.name) == 1 then
  return answer({0})
end
put_record(asked.record)
if asked.keep then
  drop_records(redis.call('ZREVRANGEBYLEX', RECORD_IDS, asked.to, asked.from, 'LIMIT', asked.keep, -1))
end
return answer({1})

-- Handed to every script: KEYS[1] the done mark, then the fixed keys, then three keys for each incident.
-- ARGV[1] is a MessagePack map. What a script answers is kept under its done mark, so that sending it again is harmless.

local asked = cmsgpack.unpack(ARGV[1])

-- Lua cannot hand more than some thousand values to one call.
local AT_ONCE = 1000

local function each_part(list, work)
  for first = 1, #list, AT_ONCE do
    work(first, math.min(first + AT_ONCE - 1, #list))
  end
end

local function hmget(hash, fields)
  local found = {}
  each_part(fields, function(first, last)
    local part = redis.call('HMGET', hash, unpack(fields, first, last))
    for n = 1, last - first + 1 do
      found[first + n - 1] = part[n]
    end
  end)
  return found
end

-- The answer that this call gave before, or nil. Writing to the mark makes WAIT cover what was written then.
local function answered_before()
  local answer = redis.call('GET', DONE)
  if not answer then
    return nil
  end
  redis.call('PEXPIRE', DONE, asked.remember)
  return cmsgpack.unpack(answer)
end

local function answer(value)
  redis.call('SET', DONE, cmsgpack.pack(value), 'PX', asked.remember)
  return value
end

-- Due at this time and leased to nobody; no time: never due.
local function schedule(due, leased, leased_due, member, at)
  redis.call('ZREM', leased, member)
  redis.call('ZREM', leased_due, member)
  if at then
    redis.call('ZADD', due, at, member)
  else
    redis.call('ZREM', due, member)
  end
end

local function schedule_timer(id, at)
  schedule(TIMERS_DUE, TIMERS_LEASED, TIMERS_LEASED_DUE, id, at)
end

local function schedule_row(member, at)
  schedule(OUTBOX_DUE, OUTBOX_LEASED, OUTBOX_LEASED_DUE, member, at)
end

local function head_of(text)
  local head = text and cjson.decode(text)
  return head and {version = head[1], places = head[2], keys = head[3] or {}} or {version = 0, places = {}, keys = {}}
end

local function has(list, wanted)
  for _, value in ipairs(list) do
    if value == wanted then
      return true
    end
  end
  return false
end

local function list_in_index(id, before, after)
  for _, place in ipairs(before) do
    if not has(after, place) then
      redis.call('ZREM', INDEX, place .. '\0' .. id)
    end
  end
  for _, place in ipairs(after) do
    if not has(before, place) then
      redis.call('ZADD', INDEX, 0, place .. '\0' .. id)
    end
  end
end

local function write_incident(one, head)
  for _, key in ipairs(one.keys) do
    if not has(head.keys, key) then
      table.insert(head.keys, key)
    end
  end
  list_in_index(one.id, head.places, one.places)
  local text = {one.version, one.places, #head.keys > 0 and head.keys or nil}
  redis.call('HSET', HEADS, one.id, cjson.encode(text))
  redis.call('HSET', INCIDENTS, one.id, one.document)
  schedule_timer(one.id, one.due)
  if one.resolved then
    redis.call('ZADD', RESOLVED, one.resolved, one.id)
  else
    redis.call('ZREM', RESOLVED, one.id)
  end
end

local function write_rows(one, alerts, timeline, outbox)
  for n = 1, #one.alerts, 2 do
    redis.call('HSET', alerts, one.alerts[n], one.alerts[n + 1])
  end
  for _, entries in ipairs(one.timeline) do
    redis.call('RPUSH', timeline, entries)
  end
  for _, row in ipairs(one.outbox) do
    if redis.call('HSETNX', outbox, row.key, row.document) == 1 and row.due then
      redis.call('ZADD', OUTBOX_DUE, row.due, one.id .. '\0' .. row.key)
    end
  end
end

-- A row that belongs to no incident has an id of its own, which is listed, and dropped like an incident's.
local function write_notices(notices, of_first)
  for n, one in ipairs(notices) do
    if not redis.call('HGET', HEADS, one.id) then
      list_in_index(one.id, {}, {'notice'})
      redis.call('HSET', HEADS, one.id, cjson.encode({0, {'notice'}}))
      redis.call('ZADD', RESOLVED, one.created, one.id)
    end
    write_rows({id = one.id, alerts = {}, timeline = {}, outbox = {one.row}}, nil, nil, KEYS[of_first + 3 * n - 1])
  end
end

local function write_known(known)
  for n = 1, #known, 2 do
    redis.call('HSET', KEYS_OF_INCIDENTS, known[n], known[n + 1])
  end
end

local function put_record(record)
  redis.call('HSET', RECORDS, record.name, record.text)
  redis.call('ZADD', RECORD_IDS, 0, record.name)
  if record.expires then
    redis.call('ZADD', RECORD_EXPIRY, record.expires, record.name)
  else
    redis.call('ZREM', RECORD_EXPIRY, record.name)
  end
end

local function drop_records(names)
  each_part(names, function(first, last)
    redis.call('HDEL', RECORDS, unpack(names, first, last))
    redis.call('ZREM', RECORD_IDS, unpack(names, first, last))
    redis.call('ZREM', RECORD_EXPIRY, unpack(names, first, last))
  end)
end

-- All of an incident, and the keys that still lead to it.
local function drop_incident(id, alerts, timeline, outbox)
  local head = head_of(redis.call('HGET', HEADS, id))
  local names = redis.call('HKEYS', alerts)
  for _, key in ipairs(head.keys) do
    table.insert(names, key)
  end
  local known = hmget(KEYS_OF_INCIDENTS, names)
  for n, name in ipairs(names) do
    if known[n] and string.sub(known[n], 1, #id + 1) == id .. ' ' then
      redis.call('HDEL', KEYS_OF_INCIDENTS, name)
    end
  end
  for _, key in ipairs(redis.call('HKEYS', outbox)) do
    schedule_row(id .. '\0' .. key, nil)
  end
  list_in_index(id, head.places, {})
  schedule_timer(id, nil)
  redis.call('ZREM', RESOLVED, id)
  redis.call('HDEL', HEADS, id)
  redis.call('HDEL', INCIDENTS, id)
  redis.call('DEL', alerts, timeline, outbox)
end

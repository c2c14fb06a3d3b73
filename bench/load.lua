-- What wrk sends: a body from a template, with keys that are new for every alert, or that repeat in a small circle.
-- Arguments: template file, alerts per request, first number, how many keys before they repeat (0: never),
-- the status that every reply must have, and the token.

local bit = require("bit")
local threads = {}

function setup(thread)
   thread:set("place", #threads)
   threads[#threads + 1] = thread
end

local before, pieces, after = {}, {}, {}
local per_request, circle, expected
local number = 0
wrong, example = 0, ""

-- A text cut at its placeholders: {text, mark, text, mark, ...}.
local function cut(text)
   local found, from = {}, 1
   while true do
      local start, stop, mark = text:find("#(%u+)#", from)
      if not start then break end
      found[#found + 1] = text:sub(from, start - 1)
      found[#found + 1] = mark
      from = stop + 1
   end
   found[#found + 1] = text:sub(from)
   return found
end

local function fill(into, parts, key, group)
   for n = 1, #parts - 1, 2 do
      into[#into + 1] = parts[n]
      into[#into + 1] = parts[n + 1] == "KEY" and key or group
   end
   into[#into + 1] = parts[#parts]
end

-- Like Alertmanager's fingerprints: in no order. The second half makes it unique.
local function key_of(n)
   local mixed = bit.bxor(n, bit.lshift(n, 13))
   mixed = bit.bxor(mixed, bit.rshift(mixed, 17))
   mixed = bit.bxor(mixed, bit.lshift(mixed, 5))
   return bit.tohex(mixed) .. bit.tohex(n)
end

local function next_key()
   local n = number
   number = number + 1
   if circle > 0 then n = n % circle end
   return key_of(n)
end

function init(args)
   local lines = {}
   for line in io.lines(args[1]) do lines[#lines + 1] = line end
   before, pieces, after = cut(lines[1]), cut(lines[2]), cut(lines[3])
   per_request, circle, expected = tonumber(args[2]), tonumber(args[4]), tonumber(args[5])
   number = tonumber(args[3]) + place * 100000000
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
   wrk.headers["Authorization"] = "Bearer " .. args[6]
end

function request()
   local body, group = {}, key_of(circle > 0 and number % circle or number)
   fill(body, before, group, group)
   for n = 1, per_request do
      if n > 1 then body[#body + 1] = "," end
      fill(body, pieces, next_key(), group)
   end
   fill(body, after, group, group)
   return wrk.format(nil, nil, nil, table.concat(body))
end

function response(status, headers, body)
   if status == expected then return end
   wrong = wrong + 1
   if example == "" then example = status .. " " .. body:sub(1, 300):gsub("%c", " ") end
end

function done(summary, latency, requests)
   local refused = 0
   for _, thread in ipairs(threads) do
      refused = refused + thread:get("wrong")
      if thread:get("example") ~= "" then io.write("REFUSED " .. thread:get("example") .. "\n") end
   end
   local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
   io.write(string.format(
      'BENCH {"requests": %d, "seconds": %.6f, "wrong": %d, "failed": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
      summary.requests, summary.duration / 1e6, refused, failed,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end

-- The world a script sees. Everything that could run long inside one instruction
-- is charged by its size; nothing reaches the outside; failures that end the run
-- cannot be caught.
local host = ...
local raw, charge, ended, refuse = host.call, host.charge, host.ended, host.refuse
local real_pcall, real_error, select, type, unpack = pcall, error, select, type, unpack
local setfenv, setmetatable, pairs, tonumber = setfenv, setmetatable, pairs, tonumber
local S, T, M = string, table, math
local find, match, gmatch, gsub, rep, insert = S.find, S.match, S.gmatch, S.gsub, S.rep, T.insert
local floor = M.floor

local function pack(...) return { n = select("#", ...), ... } end
local function packed(f, ...) return pack(f(...)) end

-- Results travel in a table: Lua 5.1's own pcall does not make room for many.
local function pcall(f, ...)
  local ok, out = real_pcall(packed, f, ...)
  if ended() then real_error("the run has ended", 0) end
  if ok then return true, unpack(out, 1, out.n) end
  if type(out) == "string" and find(out, "not enough memory", 1, true) then
    refuse("needs more memory than allowed")
  end
  return false, out
end

local function xpcall(f, handler)
  local all = pack(pcall(f))
  if all[1] then return unpack(all, 1, all.n) end
  return false, handler(all[2])
end

-- The worst a backtracking matcher can do with so many repetitions.
local function patterned(text, pattern, plain)
  if type(text) == "number" then text = text .. "" end
  if type(text) ~= "string" or type(pattern) ~= "string" then return end
  if plain then return charge(#text / 16 + 1) end
  if #pattern > 256 then refuse("a pattern too long") end
  local bare = gsub(pattern, "%%.", "x")
  local _, times = gsub(bare, "[%*%+%-]", "")
  local _, maybe = gsub(bare, "%?", "")
  if find(bare, "^", 1, true) ~= 1 then times = times + 1 end
  charge((#text + 1) ^ times * 2 ^ maybe / 16 + 1)
end

local function strings()
  local out = {}
  for name, f in pairs(S) do out[name] = f end
  out.dump = nil
  out.find = function(s, p, init, plain) patterned(s, p, plain) return find(s, p, init, plain) end
  out.match = function(s, p, init) patterned(s, p) return match(s, p, init) end
  out.gmatch = function(s, p) patterned(s, p) return gmatch(s, p) end
  out.gfind = out.gmatch
  out.gsub = function(s, p, with, n) patterned(s, p) return gsub(s, p, with, n) end
  out.rep = function(s, n)
    local count, size = tonumber(n), type(s) == "string" and #s or 1
    if count and count > 0 then charge(count * (size + 1) / 16) end
    return rep(s, n)
  end
  return out
end

local function tables()
  local out = {}
  for name, f in pairs(T) do out[name] = f end
  out.insert = function(t, ...)
    local at = ...
    if select("#", ...) == 2 and type(t) == "table" and type(at) == "number" then
      local away = #t - at
      if away > 0 then charge(away) end
    end
    return insert(t, ...)
  end
  return out
end

local function maths()
  local out = {}
  for name, f in pairs(M) do out[name] = f end
  local seed = 42
  out.randomseed = function(n) seed = floor(tonumber(n) or 0) % 2147483647 end
  out.random = function(low, high)
    seed = (seed * 16807 + 11) % 2147483647
    local share = seed / 2147483647
    if not low then return share end
    if not high then low, high = 1, low end
    return low + floor(share * (high - low + 1))
  end
  return out
end

local function unmodelled(what)
  return setmetatable({}, { __index = function() refuse("uses " .. what) end })
end

local function call(...)
  local reply = raw(...)
  if type(reply) == "table" and reply.err then real_error(reply, 0) end
  return reply
end

local function tidy(text)
  text = text == nil and "" or text .. ""
  if find(text, "-", 1, true) == 1 then return S.sub(text, 2) end
  return text
end

local names = {
  "assert", "error", "getmetatable", "ipairs", "next", "pairs", "rawequal", "rawget",
  "rawset", "select", "setmetatable", "tonumber", "tostring", "type", "unpack",
}
local base = {}
for _, name in pairs(names) do base[name] = _G[name] end
getmetatable("").__index = strings()
getmetatable("").__metatable = false

return function(script, keys, args, wanted)
  local env = {}
  for name, f in pairs(base) do env[name] = f end
  env._G, env._VERSION = env, "Lua 5.1"
  env.pcall, env.xpcall = pcall, xpcall
  env.string, env.table, env.math = strings(), tables(), maths()
  env.print = function() end
  env.collectgarbage = function() return 0 end
  env.os = { clock = function() return 0 end }
  env.bit = host.bit
  env.cjson = { encode = host.encode, decode = host.decode, null = host.null }
  env.cjson.encode_sparse_array = function() end
  env.cjson.decode_invalid_numbers = function() end
  env.cjson.encode_empty_table_as_object = function() end
  env.cmsgpack, env.struct = unmodelled("cmsgpack"), unmodelled("struct")
  local registered = {}
  local redis = {
    call = call,
    pcall = function(...) return raw(...) end,
    error_reply = function(text) return { err = tidy(text) } end,
    status_reply = function(text) return { ok = text } end,
    sha1hex = host.sha1hex,
    log = function() end,
    replicate_commands = function() return true end,
    set_repl = function() end,
    setresp = function() end,
    breakpoint = function() return false end,
    debug = function() end,
    acl_check_cmd = function() return true end,
    register_function = function(name, f)
      if type(name) == "table" then name, f = name.function_name, name.callback end
      registered[name] = f
    end,
    LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
    REPL_NONE = 0, REPL_AOF = 1, REPL_SLAVE = 2, REPL_REPLICA = 2, REPL_ALL = 3,
    REDIS_VERSION = "7.4.0", REDIS_VERSION_NUM = 0x00070400,
  }
  env.redis, env.server = redis, redis
  env.KEYS, env.ARGV = keys, args
  setfenv(script, env)
  local ok, out = pcall(script)
  if ok and wanted then
    local f = registered[wanted]
    if not f then refuse("registers no function of that name") end
    ok, out = pcall(f, keys, args)
  end
  return ok, out
end

-- Wireshark dissector for UDPack: every frame and field, decrypted with a key log.
--
-- Preferences: udpack.port (the servers' UDP ports; without any, datagrams are recognised by their form) and
-- udpack.keylog_file (docs/inspect.md). Runs on Wireshark 3.6 and later, with Lua 5.2 to 5.4. The cryptography is in plain
-- Lua, since not every Wireshark gives Lua access to its own; a tag is always verified before anything is shown.

if set_plugin_info then
    set_plugin_info({ version = "1.0", description = "UDPack", author = "UDPack", repository = "" })
end

local byte, char, rep, sub, format = string.byte, string.char, string.rep, string.sub, string.format
local concat, floor = table.concat, math.floor
local TWO32 = 4294967296

---------------------------------------------------------------------------------------------------------------------
-- 32-bit operations: a library in Lua 5.2, operators since 5.3, which older ones cannot even parse.

local band, bxor, bnot, lshift, rshift, rrotate, extract
if bit32 then
    band, bxor, bnot, lshift, rshift, rrotate, extract =
        bit32.band, bit32.bxor, bit32.bnot, bit32.lshift, bit32.rshift, bit32.rrotate, bit32.extract
else
    local make = assert(load([[
        local function band(a, b) return a & b end
        local function bxor(a, b, c, d, e) return a ~ b ~ (c or 0) ~ (d or 0) ~ (e or 0) end
        local function bnot(a) return ~a & 0xFFFFFFFF end
        local function lshift(a, n) return (a << n) & 0xFFFFFFFF end
        local function rshift(a, n) return (a & 0xFFFFFFFF) >> n end
        local function rrotate(a, n) a = a & 0xFFFFFFFF return ((a >> n) | (a << (32 - n))) & 0xFFFFFFFF end
        local function extract(a, at, width) return (a >> at) & ((1 << width) - 1) end
        return band, bxor, bnot, lshift, rshift, rrotate, extract
    ]]))
    band, bxor, bnot, lshift, rshift, rrotate, extract = make()
end

-- The 32-bit word at a position of a string, the high byte first.
local function word(s, at)
    local a, b, c, d = byte(s, at, at + 3)
    return a * 16777216 + b * 65536 + c * 256 + d
end

local function word_bytes(w)
    return char(extract(w, 24, 8), extract(w, 16, 8), extract(w, 8, 8), extract(w, 0, 8))
end

-- The same, the low byte first.
local function word_le(s, at)
    local a, b, c, d = byte(s, at, at + 3)
    return a + b * 256 + c * 65536 + d * 16777216
end

local function word_bytes_le(w)
    return char(extract(w, 0, 8), extract(w, 8, 8), extract(w, 16, 8), extract(w, 24, 8))
end

---------------------------------------------------------------------------------------------------------------------
-- SHA-256, HMAC and HKDF.

-- The first 32 bits of the fractional part of the cube roots of the first 64 primes.
local SHA_K = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}

local function sha256(message)
    local length = #message
    message = message .. "\128" .. rep("\0", (55 - length) % 64) .. word_bytes(floor(length / 536870912)) .. word_bytes(length * 8 % TWO32)
    local h0, h1, h2, h3 = 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a
    local h4, h5, h6, h7 = 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    local w = {}
    for start = 1, #message, 64 do
        for i = 1, 16 do
            w[i] = word(message, start + (i - 1) * 4)
        end
        for i = 17, 64 do
            local x, y = w[i - 15], w[i - 2]
            local s0 = bxor(rrotate(x, 7), rrotate(x, 18), rshift(x, 3))
            local s1 = bxor(rrotate(y, 17), rrotate(y, 19), rshift(y, 10))
            w[i] = (w[i - 16] + s0 + w[i - 7] + s1) % TWO32
        end
        local a, b, c, d, e, f, g, h = h0, h1, h2, h3, h4, h5, h6, h7
        for i = 1, 64 do
            local s1 = bxor(rrotate(e, 6), rrotate(e, 11), rrotate(e, 25))
            local choice = bxor(band(e, f), band(bnot(e), g))
            local t1 = h + s1 + choice + SHA_K[i] + w[i]
            local s0 = bxor(rrotate(a, 2), rrotate(a, 13), rrotate(a, 22))
            local majority = bxor(band(a, b), band(a, c), band(b, c))
            h, g, f, e, d, c, b, a = g, f, e, (d + t1) % TWO32, c, b, a, (t1 + s0 + majority) % TWO32
        end
        h0, h1, h2, h3 = (h0 + a) % TWO32, (h1 + b) % TWO32, (h2 + c) % TWO32, (h3 + d) % TWO32
        h4, h5, h6, h7 = (h4 + e) % TWO32, (h5 + f) % TWO32, (h6 + g) % TWO32, (h7 + h) % TWO32
    end
    return word_bytes(h0) .. word_bytes(h1) .. word_bytes(h2) .. word_bytes(h3)
        .. word_bytes(h4) .. word_bytes(h5) .. word_bytes(h6) .. word_bytes(h7)
end

local function hmac(key, message)
    if #key > 64 then
        key = sha256(key)
    end
    key = key .. rep("\0", 64 - #key)
    local inner, outer = {}, {}
    for i = 1, 64 do
        inner[i] = char(bxor(byte(key, i), 0x36))
        outer[i] = char(bxor(byte(key, i), 0x5c))
    end
    return sha256(concat(outer) .. sha256(concat(inner) .. message))
end

-- HKDF-Expand for at most 32 bytes, which is all that the protocol asks for.
local function expand(secret, label, length)
    return sub(hmac(secret, label .. "\1"), 1, length)
end

---------------------------------------------------------------------------------------------------------------------
-- AES-GCM.

local SBOX, T0, T1, T2, T3 = {}, {}, {}, {}, {}
do
    -- Powers of the generator 3, and with them the inverses.
    local power, log = {}, {}
    local x = 1
    for i = 0, 254 do
        power[i], log[x] = x, i
        local doubled = x * 2
        doubled = doubled > 255 and bxor(doubled, 0x11b) or doubled
        x = bxor(doubled, x)
    end
    for i = 0, 255 do
        local inverse = i == 0 and 0 or power[(255 - log[i]) % 255]
        local s = inverse
        for _ = 1, 4 do
            inverse = band(inverse * 2, 255) + rshift(inverse, 7)
            s = bxor(s, inverse)
        end
        s = bxor(s, 0x63)
        SBOX[i] = s
        local s2 = s * 2
        s2 = s2 > 255 and bxor(s2, 0x11b) or s2
        local t = s2 * 16777216 + s * 65536 + s * 256 + bxor(s2, s)
        T0[i], T1[i], T2[i], T3[i] = t, rrotate(t, 8), rrotate(t, 16), rrotate(t, 24)
    end
end

local function sub_word(w)
    return SBOX[extract(w, 24, 8)] * 16777216 + SBOX[extract(w, 16, 8)] * 65536 + SBOX[extract(w, 8, 8)] * 256 + SBOX[extract(w, 0, 8)]
end

local function aes_key(key)
    local words = #key / 4
    words = floor(words)
    local w = {}
    for i = 0, words - 1 do
        w[i] = word(key, i * 4 + 1)
    end
    local round = 1
    w.rounds = words + 6
    for i = words, (w.rounds + 1) * 4 - 1 do
        local t = w[i - 1]
        if i % words == 0 then
            t = bxor(sub_word(rrotate(t, 24)), round * 16777216)
            round = round * 2
            round = round > 255 and bxor(round, 0x11b) or round
        elseif words > 6 and i % words == 4 then
            t = sub_word(t)
        end
        w[i] = bxor(w[i - words], t)
    end
    return w
end

local function aes_block(w, a, b, c, d)
    a, b, c, d = bxor(a, w[0]), bxor(b, w[1]), bxor(c, w[2]), bxor(d, w[3])
    local at = 4
    for _ = 2, w.rounds do
        a, b, c, d =
            bxor(T0[extract(a, 24, 8)], T1[extract(b, 16, 8)], T2[extract(c, 8, 8)], T3[extract(d, 0, 8)], w[at]),
            bxor(T0[extract(b, 24, 8)], T1[extract(c, 16, 8)], T2[extract(d, 8, 8)], T3[extract(a, 0, 8)], w[at + 1]),
            bxor(T0[extract(c, 24, 8)], T1[extract(d, 16, 8)], T2[extract(a, 8, 8)], T3[extract(b, 0, 8)], w[at + 2]),
            bxor(T0[extract(d, 24, 8)], T1[extract(a, 16, 8)], T2[extract(b, 8, 8)], T3[extract(c, 0, 8)], w[at + 3])
        at = at + 4
    end
    local function last(p, q, r, s, k)
        return bxor(
            SBOX[extract(p, 24, 8)] * 16777216 + SBOX[extract(q, 16, 8)] * 65536 + SBOX[extract(r, 8, 8)] * 256 + SBOX[extract(s, 0, 8)], k)
    end
    return last(a, b, c, d, w[at]), last(b, c, d, a, w[at + 1]), last(c, d, a, b, w[at + 2]), last(d, a, b, c, w[at + 3])
end

-- For each byte of a block at each of its 16 places, its product with the hash key: a block costs 16 look-ups.
local function ghash_tables(a, b, c, d)
    local p, q, r, s = {}, {}, {}, {}
    for place = 0, 15 do
        local base = place * 256
        p[base], q[base], r[base], s[base] = 0, 0, 0, 0
        local bit = 128
        while bit >= 1 do
            p[base + bit], q[base + bit], r[base + bit], s[base + bit] = a, b, c, d
            local carry = d % 2
            d = rshift(d, 1) + lshift(c % 2, 31)
            c = rshift(c, 1) + lshift(b % 2, 31)
            b = rshift(b, 1) + lshift(a % 2, 31)
            a = rshift(a, 1)
            if carry == 1 then
                a = bxor(a, 0xe1000000)
            end
            bit = rshift(bit, 1)
        end
        local high = 2
        while high <= 128 do
            for low = 1, high - 1 do
                local sum, x, y = base + high + low, base + high, base + low
                p[sum], q[sum], r[sum], s[sum] = bxor(p[x], p[y]), bxor(q[x], q[y]), bxor(r[x], r[y]), bxor(s[x], s[y])
            end
            high = high * 2
        end
    end
    return { p, q, r, s }
end

local function pad16(s)
    return s .. rep("\0", -#s % 16)
end

local function ghash(tables, data)
    local p, q, r, s = tables[1], tables[2], tables[3], tables[4]
    local a, b, c, d = 0, 0, 0, 0
    for at = 1, #data, 16 do
        a, b = bxor(a, word(data, at)), bxor(b, word(data, at + 4))
        c, d = bxor(c, word(data, at + 8)), bxor(d, word(data, at + 12))
        local a0, a1, a2, a3 = extract(a, 24, 8), 256 + extract(a, 16, 8), 512 + extract(a, 8, 8), 768 + extract(a, 0, 8)
        local b0, b1, b2, b3 = 1024 + extract(b, 24, 8), 1280 + extract(b, 16, 8), 1536 + extract(b, 8, 8), 1792 + extract(b, 0, 8)
        local c0, c1, c2, c3 = 2048 + extract(c, 24, 8), 2304 + extract(c, 16, 8), 2560 + extract(c, 8, 8), 2816 + extract(c, 0, 8)
        local d0, d1, d2, d3 = 3072 + extract(d, 24, 8), 3328 + extract(d, 16, 8), 3584 + extract(d, 8, 8), 3840 + extract(d, 0, 8)
        a = bxor(bxor(p[a0], p[a1], p[a2], p[a3]), bxor(p[b0], p[b1], p[b2], p[b3]), bxor(p[c0], p[c1], p[c2], p[c3]), bxor(p[d0], p[d1], p[d2], p[d3]))
        b = bxor(bxor(q[a0], q[a1], q[a2], q[a3]), bxor(q[b0], q[b1], q[b2], q[b3]), bxor(q[c0], q[c1], q[c2], q[c3]), bxor(q[d0], q[d1], q[d2], q[d3]))
        c = bxor(bxor(r[a0], r[a1], r[a2], r[a3]), bxor(r[b0], r[b1], r[b2], r[b3]), bxor(r[c0], r[c1], r[c2], r[c3]), bxor(r[d0], r[d1], r[d2], r[d3]))
        d = bxor(bxor(s[a0], s[a1], s[a2], s[a3]), bxor(s[b0], s[b1], s[b2], s[b3]), bxor(s[c0], s[c1], s[c2], s[c3]), bxor(s[d0], s[d1], s[d2], s[d3]))
    end
    return a, b, c, d
end

local function new_aes_gcm(key)
    local w = aes_key(key)
    local tables = ghash_tables(aes_block(w, 0, 0, 0, 0))
    return function(nonce, data, tag, aad)
        local n0, n1, n2 = word(nonce, 1), word(nonce, 5), word(nonce, 9)
        local lengths = word_bytes(0) .. word_bytes(#aad * 8) .. word_bytes(0) .. word_bytes(#data * 8)
        local a, b, c, d = ghash(tables, pad16(aad) .. pad16(data) .. lengths)
        local e, f, g, h = aes_block(w, n0, n1, n2, 1)
        if word_bytes(bxor(a, e)) .. word_bytes(bxor(b, f)) .. word_bytes(bxor(c, g)) .. word_bytes(bxor(d, h)) ~= tag then
            return nil
        end
        local padded, out, counter = pad16(data), {}, 1
        for at = 1, #padded, 16 do
            counter = counter + 1
            a, b, c, d = aes_block(w, n0, n1, n2, counter)
            out[counter - 1] = word_bytes(bxor(a, word(padded, at))) .. word_bytes(bxor(b, word(padded, at + 4)))
                .. word_bytes(bxor(c, word(padded, at + 8))) .. word_bytes(bxor(d, word(padded, at + 12)))
        end
        return sub(concat(out), 1, #data)
    end
end

---------------------------------------------------------------------------------------------------------------------
-- ChaCha20-Poly1305 (RFC 8439).

local function chacha_block(key, counter, nonce)
    local start = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 }
    for i = 0, 7 do
        start[5 + i] = word_le(key, i * 4 + 1)
    end
    start[13] = counter
    for i = 0, 2 do
        start[14 + i] = word_le(nonce, i * 4 + 1)
    end
    local x = {}
    for i = 1, 16 do
        x[i] = start[i]
    end
    local function quarter(i, j, k, l)
        local a, b, c, d = x[i], x[j], x[k], x[l]
        a = (a + b) % TWO32
        d = rrotate(bxor(d, a), 16)
        c = (c + d) % TWO32
        b = rrotate(bxor(b, c), 20)
        a = (a + b) % TWO32
        d = rrotate(bxor(d, a), 24)
        c = (c + d) % TWO32
        b = rrotate(bxor(b, c), 25)
        x[i], x[j], x[k], x[l] = a, b, c, d
    end
    for _ = 1, 10 do
        quarter(1, 5, 9, 13)
        quarter(2, 6, 10, 14)
        quarter(3, 7, 11, 15)
        quarter(4, 8, 12, 16)
        quarter(1, 6, 11, 16)
        quarter(2, 7, 12, 13)
        quarter(3, 8, 9, 14)
        quarter(4, 5, 10, 15)
    end
    local out = {}
    for i = 1, 16 do
        out[i] = word_bytes_le((x[i] + start[i]) % TWO32)
    end
    return concat(out)
end

-- Numbers of 130 bits as ten limbs of 13 bits: their products stay far below what a double holds exactly.
local function to_limbs(s)
    local limbs, value, bits = {}, 0, 0
    for i = 1, #s do
        local b = byte(s, i)
        value = value + b * lshift(1, bits)
        bits = bits + 8
        if bits >= 13 then
            limbs[#limbs + 1] = value % 8192
            value = floor(value / 8192)
            bits = bits - 13
        end
    end
    while #limbs < 10 do
        limbs[#limbs + 1] = value % 8192
        value = floor(value / 8192)
    end
    return limbs
end

local function poly1305(key, message)
    local clamped = {}
    for i = 1, 16 do
        local b = byte(key, i)
        if i % 4 == 0 then
            b = band(b, 15)
        elseif i % 4 == 1 and i > 1 then
            b = band(b, 252)
        end
        clamped[i] = char(b)
    end
    local r = to_limbs(concat(clamped))
    local h = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
    local product = {}
    for at = 1, #message, 16 do
        local block = to_limbs(sub(message, at, at + 15) .. "\1")
        for i = 1, 10 do
            h[i] = h[i] + block[i]
        end
        for i = 1, 10 do
            local total = 0
            for j = 1, 10 do
                -- What passes 130 bits comes back five-fold.
                local k = i - j + 1
                if k >= 1 then
                    total = total + h[j] * r[k]
                else
                    total = total + 5 * h[j] * r[k + 10]
                end
            end
            product[i] = total
        end
        local carry = 0
        for i = 1, 10 do
            local value = product[i] + carry
            h[i] = value % 8192
            carry = floor(value / 8192)
        end
        h[1] = h[1] + carry * 5
        carry = floor(h[1] / 8192)
        h[1] = h[1] % 8192
        h[2] = h[2] + carry
    end
    for _ = 1, 2 do
        local carry = 0
        for i = 1, 10 do
            local value = h[i] + carry
            h[i] = value % 8192
            carry = floor(value / 8192)
        end
        h[1] = h[1] + carry * 5
    end
    -- h modulo 2^130 - 5, then the key's second half is added modulo 2^128.
    local reduced, carry = {}, 5
    for i = 1, 10 do
        local value = h[i] + carry
        reduced[i] = value % 8192
        carry = floor(value / 8192)
    end
    local limbs = carry > 0 and reduced or h
    local out, value, bits, index, sum = {}, 0, 0, 1, 0
    for i = 1, 16 do
        while bits < 8 and index <= 10 do
            value = value + limbs[index] * lshift(1, bits)
            bits = bits + 13
            index = index + 1
        end
        sum = sum + value % 256 + byte(key, 16 + i)
        out[i] = char(sum % 256)
        sum = floor(sum / 256)
        value = floor(value / 256)
        bits = bits - 8
    end
    return concat(out)
end

local function new_chacha(key)
    return function(nonce, data, tag, aad)
        local mac = pad16(aad) .. pad16(data) .. word_bytes_le(#aad) .. word_bytes_le(0) .. word_bytes_le(#data) .. word_bytes_le(0)
        if poly1305(sub(chacha_block(key, 0, nonce), 1, 32), mac) ~= tag then
            return nil
        end
        local out, counter = {}, 0
        for at = 1, #data, 64 do
            counter = counter + 1
            local stream, part, bytes = chacha_block(key, counter, nonce), sub(data, at, at + 63), {}
            for i = 1, #part do
                bytes[i] = char(bxor(byte(part, i), byte(stream, i)))
            end
            out[counter] = concat(bytes)
        end
        return concat(out)
    end
end

---------------------------------------------------------------------------------------------------------------------
-- Secrets: the key log, and the keys of every generation that follow from it.

local ALGORITHMS = { [1] = "AES-128-GCM", [2] = "AES-256-GCM", [3] = "ChaCha20-Poly1305" }

local key_log = { path = "", position = 0, read_at = 0, shakehands = {}, sessions = {} }

local function from_hex(text, length)
    if text == nil or #text ~= length * 2 or text:find("[^0-9a-fA-F]") then
        return nil
    end
    return (text:gsub("..", function(digits) return char(tonumber(digits, 16)) end))
end

local function add_line(line)
    local fields = {}
    for field in line:gmatch("%S+") do
        fields[#fields + 1] = field
    end
    local label, hash = fields[1], from_hex(fields[2], 32)
    if hash == nil then
        return
    end
    if label == "UDPACK_SHAKEHAND_KEY" then
        key_log.shakehands[hash] = from_hex(fields[3], 28) or key_log.shakehands[hash]
    elseif label == "UDPACK_CLIENT_SECRET" or label == "UDPACK_SERVER_SECRET" then
        local id, algorithm, secret = from_hex(fields[3], 4), from_hex(fields[4], 1), from_hex(fields[5], 32)
        if id == nil or algorithm == nil or secret == nil or ALGORITHMS[byte(algorithm)] == nil then
            return
        end
        local sessions = key_log.sessions[id] or {}
        key_log.sessions[id] = sessions
        local session = nil
        for _, known in ipairs(sessions) do
            if known.hash == hash then
                session = known
            end
        end
        if session == nil then
            session = { hash = hash }
            sessions[#sessions + 1] = session
        end
        local direction = label == "UDPACK_CLIENT_SECRET" and "to_server" or "to_client"
        session[direction] = session[direction] or { algorithm = byte(algorithm), current = 0, [0] = { secret = secret } }
    end
end

-- Reads what was added to the log since: in a live capture sessions appear in it as they begin.
local function read_key_log()
    key_log.read_at = os.time()
    if key_log.path == "" then
        return
    end
    local file = io.open(key_log.path, "rb")
    if file == nil then
        return
    end
    file:seek("set", key_log.position)
    local text = file:read("*a") or ""
    file:close()
    local whole = 0
    for line, next_line in text:gmatch("([^\n]*)\n()") do
        add_line(line)
        whole = next_line - 1
    end
    -- A last line without its end is taken, and read again when there is more of it.
    add_line(sub(text, whole + 1))
    key_log.position = key_log.position + whole
end

local function reset_key_log(path)
    key_log = { path = path, position = 0, read_at = 0, shakehands = {}, sessions = {} }
    read_key_log()
end

local function find(kind, id)
    local found = key_log[kind][id]
    if found == nil and key_log.path ~= "" and os.time() ~= key_log.read_at then
        read_key_log()
        found = key_log[kind][id]
    end
    return found
end

local function generation_keys(direction, number)
    for i = 1, number do
        if direction[i] == nil then
            direction[i] = { secret = expand(direction[i - 1].secret, "next", 32) }
        end
    end
    local keys = direction[number]
    if keys.open == nil then
        local key = expand(keys.secret, "key", direction.algorithm == 1 and 16 or 32)
        keys.iv = expand(keys.secret, "iv", 12)
        keys.open = direction.algorithm == 3 and new_chacha(key) or new_aes_gcm(key)
    end
    return keys
end

-- Datagrams tell their generation modulo 256: it is the nearest to the one seen last.
local function nearest_generation(current, modulo)
    local nearest = current - current % 256 + modulo
    if nearest > current + 128 and nearest >= 256 then
        return nearest - 256
    elseif nearest < current - 128 then
        return nearest + 256
    end
    return nearest
end

local function open_with(direction, datagram, clear_length)
    local counter = sub(datagram, -24, -17)
    local number = nearest_generation(direction.current, byte(counter))
    local keys = generation_keys(direction, number)
    local nonce = { sub(keys.iv, 1, 4) }
    for i = 1, 8 do
        nonce[i + 1] = char(bxor(byte(keys.iv, i + 4), byte(counter, i)))
    end
    local plaintext = keys.open(concat(nonce), sub(datagram, clear_length + 1, -25), sub(datagram, -16), sub(datagram, 1, clear_length))
    if plaintext ~= nil then
        direction.current = number
    end
    return plaintext, number
end

---------------------------------------------------------------------------------------------------------------------
-- The protocol's fields.

local udpack = Proto("udpack", "UDPack")

local OPCODES = {
    [0] = "data", "datagram", "skip", "blocked", "ack", "ping", "pong", "openstream", "streamopen", "closestream",
    "shakehand", "handshake", "goaway", "retry", "latest", "reserved",
}
local SUITES = { [1] = "HPKE", [2] = "RSA", [3] = "HPKE with X25519 (reserved)" }
local ALL_ALGORITHMS = { [1] = ALGORITHMS[1], [2] = ALGORITHMS[2], [3] = ALGORITHMS[3], [4] = "AEGIS-128L (reserved)", [5] = "AEGIS-256 (reserved)" }
local GROUPS = { [1] = "P-256", [2] = "X25519 (reserved)" }
local CODES = { [0] = "success", [1] = "authentication failed", [255] = "handshake failed" }
local REASONS = { [0] = "unspecified", "token refused", "version", "algorithm or group", "malformed", "busy" }
local GOAWAYS = { [0] = "closed", [1] = "error", [2] = "expired" }
local GOAWAY_REASONS = {
    [0] = "unspecified", "application", "stopping", "idle", "authorisation expired", "moved", "busy", "handler failed", "protocol error", "keys exhausted",
}
local MODES = { [0] = "ordered", [1] = "unordered", [2] = "deadline" }
local ABORTS = { [0] = "cancelled", [1] = "refused", [2] = "handler failed" }
local PARAMETERS = {
    [1] = "idle timeout (ms)", [2] = "largest packet accepted", [3] = "initial session credit", [4] = "initial stream credit",
    [5] = "streams the peer may have open", [6] = "largest ack delay (µs)", [7] = "largest UDP payload accepted", [63] = "padding",
}

local F = {
    kind = ProtoField.string("udpack.kind", "Kind"),
    session_id = ProtoField.uint32("udpack.session_id", "Session id", base.HEX),
    client_id = ProtoField.uint16("udpack.client_id", "Client id", base.HEX),
    server_id = ProtoField.uint16("udpack.server_id", "Server id", base.HEX),
    timestamp = ProtoField.absolute_time("udpack.timestamp", "Timestamp", base.UTC),
    timestamp_ms = ProtoField.uint64("udpack.timestamp_ms", "Timestamp (Unix ms)"),
    flags = ProtoField.uint8("udpack.flags", "Flags", base.HEX),
    stre = ProtoField.bool("udpack.flags.stre", "STRE", 8, nil, 0x80),
    pack = ProtoField.bool("udpack.flags.pack", "PACK", 8, nil, 0x40),
    frag = ProtoField.bool("udpack.flags.frag", "FRAG", 8, nil, 0x20),
    slow = ProtoField.bool("udpack.flags.slow", "SLOW", 8, nil, 0x02),
    fin = ProtoField.bool("udpack.flags.fin", "FIN", 8, nil, 0x01),
    opcode = ProtoField.uint8("udpack.opcode", "Opcode", base.HEX, OPCODES),
    payload_length = ProtoField.uint16("udpack.payload_length", "Payload length"),
    stream_id = ProtoField.uint32("udpack.stream_id", "Stream id"),
    packet_id = ProtoField.uint32("udpack.packet_id", "Packet id"),
    fragment_id = ProtoField.uint32("udpack.fragment_id", "Fragment id (offset)"),
    lane = ProtoField.uint32("udpack.datagram.lane", "Lane"),
    key_of_value = ProtoField.uint32("udpack.latest.key", "Key"),
    number = ProtoField.uint32("udpack.number", "Number"),
    payload = ProtoField.bytes("udpack.payload", "Payload"),
    padding = ProtoField.bytes("udpack.padding", "Padding"),

    suite = ProtoField.uint8("udpack.shakehand.suite", "Suite", base.HEX, SUITES),
    key_id = ProtoField.uint32("udpack.shakehand.key_id", "Key id", base.HEX),
    enc = ProtoField.bytes("udpack.shakehand.encapsulated", "Encapsulated key"),
    shakehand_sealed = ProtoField.bytes("udpack.shakehand.sealed", "Sealed content"),
    hash = ProtoField.bytes("udpack.shakehand.hash", "SHA-256 of the payload"),
    cookie = ProtoField.bytes("udpack.cookie", "Cookie"),
    version = ProtoField.uint8("udpack.shakehand.version", "Version"),
    algorithm = ProtoField.uint8("udpack.shakehand.algorithm", "Algorithm", base.HEX, ALL_ALGORITHMS),
    key = ProtoField.bytes("udpack.shakehand.key", "Key"),
    iv = ProtoField.bytes("udpack.shakehand.iv", "IV"),
    token = ProtoField.bytes("udpack.shakehand.token", "Token"),
    group = ProtoField.uint8("udpack.share.group", "Group", base.HEX, GROUPS),
    share = ProtoField.bytes("udpack.share.point", "Share"),
    parameter = ProtoField.uint64("udpack.parameter.id", "Parameter", base.HEX),
    parameter_value = ProtoField.uint64("udpack.parameter.value", "Value"),
    parameter_bytes = ProtoField.bytes("udpack.parameter.bytes", "Value"),

    code = ProtoField.uint8("udpack.handshake.code", "Code", base.DEC, CODES),
    reason = ProtoField.uint8("udpack.handshake.reason", "Reason", base.DEC, REASONS),
    mac = ProtoField.bytes("udpack.handshake.mac", "MAC"),
    mac_state = ProtoField.string("udpack.handshake.mac_state", "MAC is"),
    retry_hash = ProtoField.bytes("udpack.retry.hash", "Start of the shakehand's SHA-256"),

    sealed = ProtoField.bytes("udpack.sealed", "Sealed"),
    counter = ProtoField.uint64("udpack.counter", "Counter", base.HEX),
    generation = ProtoField.uint32("udpack.generation", "Key generation"),
    sequence = ProtoField.uint64("udpack.sequence", "Sequence number"),
    tag = ProtoField.bytes("udpack.tag", "Tag"),
    decrypted = ProtoField.bool("udpack.decrypted", "Decrypted"),
    direction = ProtoField.string("udpack.direction", "Direction"),

    skipped = ProtoField.uint64("udpack.skip.length", "Length of the packet"),
    limit = ProtoField.uint64("udpack.blocked.limit", "Limit"),
    needed = ProtoField.uint64("udpack.blocked.needed", "Needed"),
    ack_largest = ProtoField.uint64("udpack.ack.largest", "Largest number"),
    ack_delay = ProtoField.uint64("udpack.ack.delay", "Delay (µs)"),
    ack_further = ProtoField.uint64("udpack.ack.further", "Further ranges"),
    ack_range = ProtoField.string("udpack.ack.range", "Acknowledged"),
    credit = ProtoField.uint64("udpack.credit", "Credit"),
    mode = ProtoField.uint8("udpack.openstream.mode", "Delivery", base.DEC, MODES),
    abort_code = ProtoField.uint16("udpack.closestream.code", "Code", base.DEC, ABORTS),
    goaway_code = ProtoField.uint8("udpack.goaway.code", "Code", base.DEC, GOAWAYS),
    goaway_reason = ProtoField.uint8("udpack.goaway.reason", "Reason", base.DEC, GOAWAY_REASONS),
    application_code = ProtoField.uint16("udpack.goaway.application_code", "Application code"),
    goaway_text = ProtoField.string("udpack.goaway.text", "Text"),
}

local fields = {}
for _, field in pairs(F) do
    fields[#fields + 1] = field
end
udpack.fields = fields

local E = {
    malformed = ProtoExpert.new("udpack.malformed", "Malformed", expert.group.MALFORMED, expert.severity.ERROR),
    cut = ProtoExpert.new("udpack.cut", "The capture has not all of this datagram", expert.group.UNDECODED, expert.severity.NOTE),
    not_verified = ProtoExpert.new("udpack.not_verified", "Does not verify under the key log's secrets", expert.group.DECRYPTION, expert.severity.WARN),
    wrong_mac = ProtoExpert.new("udpack.wrong_mac", "The MAC is wrong", expert.group.SECURITY, expert.severity.WARN),
    refused = ProtoExpert.new("udpack.refused", "The handshake was refused", expert.group.SEQUENCE, expert.severity.NOTE),
    reserved = ProtoExpert.new("udpack.reserved", "Reserved opcode, stepped over", expert.group.PROTOCOL, expert.severity.NOTE),
}
udpack.experts = { E.malformed, E.cut, E.not_verified, E.wrong_mac, E.refused, E.reserved }

udpack.prefs.port = Pref.range("UDP ports of servers", "", "Datagrams from and to these ports are UDPack, also malformed ones", 65535)
udpack.prefs.keylog_file = Pref.string("Key log file", "", "The secrets that a client or server wrote, to decrypt with")

---------------------------------------------------------------------------------------------------------------------
-- State of the capture that is open.

-- Servers seen in shakehands, and the secrets that authenticate refusals, by client id.
local servers, reject_secrets = {}, {}

-- For the ports of the preference.
local bound_ports, port_set = "", nil

local function is_server_port(port)
    if port_set == nil then
        port_set = {}
        for from, to in bound_ports:gmatch("(%d+)%-?(%d*)") do
            local last = to == "" and from or to
            for i = tonumber(from), math.min(tonumber(last), 65535) do
                port_set[i] = true
            end
        end
    end
    return port_set[port] == true
end

local function direction_of(pinfo)
    local from_server = servers[tostring(pinfo.src) .. "#" .. pinfo.src_port] or is_server_port(pinfo.src_port)
    local to_server = servers[tostring(pinfo.dst) .. "#" .. pinfo.dst_port] or is_server_port(pinfo.dst_port)
    if (from_server and true or false) == (to_server and true or false) then
        return nil
    end
    return to_server and "to_server" or "to_client"
end

---------------------------------------------------------------------------------------------------------------------
-- Frames.

local ZERO64 = UInt64.new(0, 0)
local TWO64 = UInt64.new(2, 0)

-- Flags that must and may be set, by opcode: see section 3 of the protocol document.
local function flags_allowed(opcode, flags)
    if opcode == 0 then
        local without_ids = band(flags, 0x1F)
        return band(flags, 0x40) ~= 0 and (without_ids == 0 or (without_ids == 1 and band(flags, 0x20) ~= 0))
    elseif opcode == 1 then
        return flags == 0 or flags == 0xC0
    elseif opcode == 2 or opcode == 14 then
        return flags == 0xC0
    elseif opcode == 3 then
        return flags == 0 or flags == 0x80
    elseif opcode == 4 then
        return band(flags, 0x7D) == 0
    elseif opcode == 7 or opcode == 8 then
        return flags == 0x80
    elseif opcode == 9 then
        return flags == 0x80 or flags == 0xC0
    end
    return flags == 0
end

-- Reads a header; the second result says what is wrong with it.
local function read_header(tvb, at)
    local header = {
        session = tvb(at, 4):raw(),
        client = tvb(at, 2):uint(),
        server = tvb(at + 2, 2):uint(),
        flags = tvb(at + 12, 1):uint(),
        opcode = tvb(at + 13, 1):uint(),
        length = tvb(at + 14, 2):uint(),
    }
    header.ids = 0
    for _, flag in ipairs({ 0x80, 0x40, 0x20 }) do
        if band(header.flags, flag) ~= 0 then
            header.ids = header.ids + 4
        end
    end
    if band(header.flags, 0x1C) ~= 0 or header.opcode > 15 then
        return header, "reserved bits are set"
    elseif header.opcode > 14 then
        return header, "unknown opcode"
    elseif not flags_allowed(header.opcode, header.flags) then
        return header, "flags that the opcode does not allow"
    elseif header.client == 0 then
        return header, "client id 0"
    end
    return header, nil
end

local function add_header(tree, tvb, at)
    local id = tree:add(F.session_id, tvb(at, 4))
    id:add(F.client_id, tvb(at, 2))
    id:add(F.server_id, tvb(at + 2, 2))
    local high, low = tvb(at + 4, 4):uint(), tvb(at + 8, 4):uint()
    local ms = high * TWO32 + low
    local time = tree:add(F.timestamp, tvb(at + 4, 8), NSTime.new(floor(math.min(ms / 1000, 2147483647)), floor(ms % 1000) * 1000000))
    time:add(F.timestamp_ms, tvb(at + 4, 8))
    local flags = tree:add(F.flags, tvb(at + 12, 1))
    for _, name in ipairs({ "stre", "pack", "frag", "slow", "fin" }) do
        flags:add(F[name], tvb(at + 12, 1))
    end
    tree:add(F.opcode, tvb(at + 13, 1))
    tree:add(F.payload_length, tvb(at + 14, 2))
end

local function malformed(tree, text)
    tree:add_proto_expert_info(E.malformed, "Malformed: " .. text)
end

-- A varint as value, its range and what comes after it; nil when it is cut short.
local function varint(tvb, at, stop)
    if at >= stop then
        return nil
    end
    local length = lshift(1, rshift(tvb(at, 1):uint(), 6))
    if at + length > stop then
        return nil
    end
    local range = tvb(at, length)
    local value
    if length == 8 then
        value = UInt64.new(tvb(at + 4, 4):uint(), tvb(at, 4):uint() % 1073741824)
    else
        local first = length == 1 and 64 or length == 2 and 16384 or 1073741824
        value = UInt64.new(range:uint() % first, 0)
    end
    return value, range, at + length
end

-- Adds one varint after the other; nil when one is cut short.
local function add_varints(tree, tvb, at, stop, ...)
    local values = {}
    for i, field in ipairs({ ... }) do
        local value, range, after = varint(tvb, at, stop)
        if value == nil then
            malformed(tree, "a number is cut short")
            return nil
        end
        tree:add(field, range, value)
        values[i], at = value, after
    end
    return at, values
end

local function at_end(tree, at, stop)
    if at ~= nil and at ~= stop then
        malformed(tree, "bytes are left over")
    end
end

local function add_ack(tree, tvb, at, stop)
    local values
    at, values = add_varints(tree, tvb, at, stop, F.ack_largest, F.ack_delay, F.ack_further)
    if at == nil then
        return
    end
    local largest, further = values[1], values[3]
    if further >= UInt64.new(64, 0) then
        return malformed(tree, "too many ranges")
    end
    local count = further:tonumber()
    for i = 0, count do
        local start = at
        if i > 0 then
            local gap, _, after = varint(tvb, at, stop)
            if gap == nil or gap + TWO64 > largest then
                return malformed(tree, "a range reaches below 0")
            end
            largest, at = largest - gap - TWO64, after
        end
        local length, _, after = varint(tvb, at, stop)
        if length == nil or length > largest then
            return malformed(tree, "a range reaches below 0")
        end
        local smallest = largest - length
        tree:add(F.ack_range, tvb(start, after - start), tostring(smallest) .. "-" .. tostring(largest))
        largest, at = smallest, after
    end
    at_end(tree, add_varints(tree, tvb, at, stop, F.credit), stop)
end

local function add_goaway(tree, tvb, at, stop)
    if stop <= at then
        return malformed(tree, "a goaway without code")
    end
    if stop - at == 1 then
        tree:add(F.goaway_code, tvb(at, 1))
        return
    end
    local number, range, after = varint(tvb, at + 2, stop)
    if number == nil or number > UInt64.new(65536, 0) then
        return malformed(tree, "the application code is cut short or too large")
    end
    tree:add(F.goaway_code, tvb(at, 1))
    tree:add(F.goaway_reason, tvb(at + 1, 1))
    if number > UInt64.new(0, 0) then
        tree:add(F.application_code, range, number:tonumber() - 1)
    end
    if after < stop then
        tree:add(F.goaway_text, tvb(after, stop - after))
    end
end

local function add_content(tree, header, tvb, at, stop)
    local opcode = header.opcode
    if opcode <= 1 or opcode == 5 or opcode == 6 or opcode == 14 then
        if stop > at then
            tree:add(F.payload, tvb(at, stop - at))
        end
    elseif opcode == 2 then
        at_end(tree, add_varints(tree, tvb, at, stop, F.skipped), stop)
    elseif opcode == 3 then
        at_end(tree, add_varints(tree, tvb, at, stop, F.limit, F.needed), stop)
    elseif opcode == 4 and band(header.flags, 0x80) ~= 0 then
        at_end(tree, add_varints(tree, tvb, at, stop, F.credit), stop)
    elseif opcode == 4 then
        add_ack(tree, tvb, at, stop)
    elseif opcode == 7 and stop > at then
        local mode = tvb(at, 1):uint()
        tree:add(F.mode, tvb(at, 1))
        if stop - at > 1 or mode == 0 or mode > 2 then
            malformed(tree, "an unknown delivery mode")
        end
    elseif opcode == 9 and band(header.flags, 0x40) == 0 then
        if stop - at < 2 then
            return malformed(tree, "an abort without code")
        end
        tree:add(F.abort_code, tvb(at, 2))
        at_end(tree, add_varints(tree, tvb, at + 2, stop, F.credit), stop)
    elseif opcode == 12 then
        add_goaway(tree, tvb, at, stop)
    elseif opcode ~= 7 then
        at_end(tree, at, stop)
    end
end

-- Ids and payload of a frame; returns what comes after it, or nil if it reaches beyond the datagram.
local function add_body(tree, header, tvb, at)
    local stop = at + header.ids + header.length
    if stop > tvb:len() then
        malformed(tree, "the frame reaches beyond the datagram")
        return nil
    end
    local first, second = F.stream_id, F.packet_id
    if header.opcode == 1 then
        first, second = F.lane, F.number
    elseif header.opcode == 14 then
        first, second = F.key_of_value, F.number
    end
    for _, id in ipairs({ { 0x80, first }, { 0x40, second }, { 0x20, F.fragment_id } }) do
        if band(header.flags, id[1]) ~= 0 then
            tree:add(id[2], tvb(at, 4))
            at = at + 4
        end
    end
    add_content(tree, header, tvb, at, stop)
    return stop
end

-- The frames of a decrypted datagram; their names are added to a list. A confirmation has no first frame among them.
local function add_frames(root, session, first, plain, names)
    local at = 0
    if first ~= nil then
        local tree = root:add(udpack, plain(0, math.min(first.ids + first.length, plain:len())), "Frame: " .. OPCODES[first.opcode])
        names[#names + 1] = OPCODES[first.opcode]
        at = add_body(tree, first, plain, 0)
    end
    while at ~= nil and at < plain:len() do
        local rest = plain:len() - at
        if rest < 2 or plain(at, 2):uint() == 0 then
            local padding = root:add(F.padding, plain(at, rest))
            if plain(at, rest):raw():find("[^\0]") then
                malformed(padding, "padding that is not zero")
            end
            return
        end
        if rest < 16 then
            return malformed(root:add(F.payload, plain(at, rest)), "a header is cut short")
        end
        local header, problem = read_header(plain, at)
        local tree = root:add(udpack, plain(at, math.min(16 + header.ids + header.length, rest)), "Frame: " .. (OPCODES[header.opcode] or "?"))
        add_header(tree, plain, at)
        names[#names + 1] = OPCODES[header.opcode] or "?"
        if problem ~= nil and problem ~= "unknown opcode" then
            return malformed(tree, problem)
        elseif plain(at, 4):raw() ~= session then
            return malformed(tree, "a session id that differs from the first header's")
        elseif header.opcode == 10 or header.opcode == 11 or header.opcode == 13 then
            return malformed(tree, "this frame may stand at the front only")
        elseif problem ~= nil then
            tree:add_proto_expert_info(E.reserved)
            at = at + 16 + header.ids + header.length
            if at > plain:len() then
                return malformed(tree, "the frame reaches beyond the datagram")
            end
        else
            at = add_body(tree, header, plain, at + 16)
        end
    end
end

---------------------------------------------------------------------------------------------------------------------
-- Datagrams.

local function add_parameters(tree, tvb, at, stop)
    while at < stop do
        local start = at
        local id, _, after_id = varint(tvb, at, stop)
        local length, _, after_length
        if id ~= nil then
            length, _, after_length = varint(tvb, after_id, stop)
        end
        if length == nil or length > UInt64.new(stop - after_length, 0) then
            return malformed(tree, "a parameter is cut short")
        end
        local size = length:tonumber()
        local item = tree:add(F.parameter, tvb(start, after_id - start), id)
        local name = PARAMETERS[id:tonumber()]
        if name ~= nil then
            item:append_text(" (" .. name .. ")")
        end
        local value, range, after = varint(tvb, after_length, after_length + size)
        if value ~= nil and after == after_length + size and id:tonumber() <= 7 then
            item:add(F.parameter_value, range, value)
        elseif size > 0 then
            item:add(F.parameter_bytes, tvb(after_length, size))
        end
        at = after_length + size
    end
end

local function add_share(tree, tvb, at)
    tree:add(F.group, tvb(at, 1))
    tree:add(F.share, tvb(at + 1, 65))
end

local function new_tvb(bytes, name)
    return ByteArray.new(bytes, true):tvb(name)
end

-- What is sealed in a shakehand. Version, algorithm and lengths come first, since nothing else can be read before them.
local function add_shakehand_content(tree, tvb, hash, client)
    local stop = tvb:len()
    local function short()
        malformed(tree, "the content is cut short")
    end
    if stop < 3 then
        return short()
    end
    tree:add(F.version, tvb(0, 1))
    tree:add(F.algorithm, tvb(1, 1))
    local key_length = tvb(2, 1):uint()
    if stop < 4 + key_length then
        return short()
    end
    local iv_length = tvb(3 + key_length, 1):uint()
    local at = 4 + key_length + iv_length
    if stop < at then
        return short()
    end
    if key_length > 0 then
        tree:add(F.key, tvb(3, key_length))
    end
    if iv_length > 0 then
        tree:add(F.iv, tvb(4 + key_length, iv_length))
    end
    if key_length >= 16 and iv_length >= 12 then
        local secrets = tvb(3, key_length):raw() .. tvb(4 + key_length, iv_length):raw()
        reject_secrets[client] = expand(hmac(hash, secrets), "udpack 1 reject", 32)
    end
    if tvb(0, 1):uint() ~= 1 or stop < at + 2 then
        return tvb(0, 1):uint() == 1 and short()
    end
    local token_length = tvb(at, 2):uint()
    at = at + 2
    if stop < at + token_length + 1 then
        return short()
    end
    if token_length > 0 then
        tree:add(F.token, tvb(at, token_length))
    end
    at = at + token_length
    if tvb(at, 1):uint() ~= 1 or stop < at + 66 then
        tree:add(F.group, tvb(at, 1))
        return malformed(tree, "an unknown group, or the share is cut short")
    end
    add_share(tree, tvb, at)
    add_parameters(tree, tvb, at + 66, stop)
end

local function open_shakehand(payload, client)
    local secrets = find("shakehands", sha256(payload))
    if secrets == nil then
        return nil
    end
    local open = new_aes_gcm(sub(secrets, 1, 16))
    local aad = char(floor(client / 256), client % 256) .. sub(payload, 1, 5)
    local lengths = { 65 }
    if byte(payload) == 2 then
        -- The length of the server's key is not in the capture; the one that verifies is it.
        lengths = { 256, 384, 512, 288, 320, 352, 416, 448, 480 }
    end
    for _, length in ipairs(lengths) do
        if #payload >= 5 + length + 16 then
            local plaintext = open(sub(secrets, 17), sub(payload, 6 + length, -17), sub(payload, -16), aad)
            if plaintext ~= nil then
                return plaintext, length
            end
        end
    end
    return nil
end

local function dissect_shakehand(tree, tvb, pinfo, header)
    servers[tostring(pinfo.dst) .. "#" .. pinfo.dst_port] = true
    local stop = 16 + header.length
    if stop > tvb:len() then
        return malformed(tree, "the payload is cut short")
    end
    if stop < tvb:len() then
        local length = tvb(stop, 1):uint()
        if length == 0 or length > 40 or stop + 1 + length ~= tvb:len() then
            return malformed(tree, "after the payload stands something else than a cookie")
        end
        tree:add(F.cookie, tvb(stop + 1, length))
    end
    if header.length < 5 then
        return malformed(tree, "the payload is too short")
    end
    tree:add(F.suite, tvb(16, 1))
    tree:add(F.key_id, tvb(17, 4))
    local suite = tvb(16, 1):uint()
    if suite ~= 1 and suite ~= 2 then
        return malformed(tree, "an unknown suite")
    elseif header.length < 5 + 16 + (suite == 1 and 65 or 256) then
        return malformed(tree, "the payload is too short")
    end
    if header.server ~= 0 then
        malformed(tree, "the server id is not 0, so servers drop it")
    elseif tvb:len() > 1200 then
        malformed(tree, "larger than 1200 bytes, so servers drop it")
    end
    local payload = tvb(16, header.length):raw()
    local hash = sha256(payload)
    tree:add(F.hash, tvb(16, header.length), hash):set_generated()
    local plaintext, enc_length = open_shakehand(payload, header.client)
    enc_length = enc_length or (suite == 1 and 65 or nil)
    if enc_length ~= nil then
        tree:add(F.enc, tvb(21, enc_length))
        tree:add(F.shakehand_sealed, tvb(21 + enc_length, header.length - 5 - enc_length - 16))
        tree:add(F.tag, tvb(stop - 16, 16))
    else
        tree:add(F.shakehand_sealed, tvb(21, header.length - 5))
    end
    tree:add(F.decrypted, plaintext ~= nil):set_generated()
    if plaintext ~= nil then
        local content = new_tvb(plaintext, "Decrypted shakehand")
        add_shakehand_content(tree:add(udpack, content(), "Content"), content, hash, header.client)
    end
end

-- Tries the secrets of every session that had this id, in the likely direction first.
local function open_datagram(tree, datagram, header, clear_length, direction)
    local sessions = find("sessions", header.session)
    if sessions == nil then
        return nil
    end
    local first = direction or "to_server"
    local second = first == "to_server" and "to_client" or "to_server"
    for _, session in ipairs(sessions) do
        for _, name in ipairs({ first, second }) do
            if session[name] ~= nil then
                local plaintext, generation = open_with(session[name], datagram, clear_length)
                if plaintext ~= nil then
                    return plaintext, generation, name
                end
            end
        end
    end
    tree:add_proto_expert_info(E.not_verified)
    return nil
end

-- Counter, tag and what is sealed; returns it as a buffer if it could be decrypted.
local function add_sealed(tree, tvb, header, clear_length, direction)
    local stop = tvb:len() - 24
    if stop < clear_length then
        malformed(tree, "too short for counter and tag")
        return nil
    end
    if stop > clear_length then
        tree:add(F.sealed, tvb(clear_length, stop - clear_length))
    end
    local plaintext, generation, name = open_datagram(tree, tvb:raw(0, tvb:len()), header, clear_length, direction)
    local counter = tree:add(F.counter, tvb(stop, 8))
    counter:add(F.generation, tvb(stop, 1), generation or tvb(stop, 1):uint())
    counter:add(F.sequence, tvb(stop + 1, 7), UInt64.new(tvb(stop + 4, 4):uint(), tvb(stop + 1, 3):uint()))
    tree:add(F.tag, tvb(stop + 8, 16))
    tree:add(F.decrypted, plaintext ~= nil):set_generated()
    name = name or direction
    if name ~= nil then
        tree:add(F.direction, name == "to_server" and "toServer" or "toClient"):set_generated()
    end
    if plaintext == nil then
        return nil
    end
    return plaintext == "" and "" or new_tvb(plaintext, "Decrypted UDPack")
end

local function dissect_protected(tree, tvb, header, clear_length, direction, names)
    local plain = add_sealed(tree, tvb, header, clear_length, direction)
    if plain == nil then
        names[#names + 1] = clear_length == 16 and OPCODES[header.opcode] .. " (sealed)" or nil
        return
    end
    local first = clear_length == 16 and header or nil
    if plain == "" then
        if first ~= nil then
            local frame = tree:add(udpack, tvb(0, 16), "Frame: " .. OPCODES[first.opcode])
            names[#names + 1] = OPCODES[first.opcode]
            if first.ids + first.length > 0 then
                malformed(frame, "the frame reaches beyond the datagram")
            else
                add_content(frame, first, tvb, 16, 16)
            end
        end
        return
    end
    add_frames(tree, header.session, first, plain, names)
end

local function dissect_refusal(tree, tvb, header)
    local reason = tree:add(F.reason, tvb(17, 1))
    reason:add_proto_expert_info(E.refused)
    local mac = tree:add(F.mac, tvb(18, 16))
    local secret = reject_secrets[header.client]
    local state = "unchecked"
    if secret ~= nil then
        state = sub(hmac(secret, tvb(0, 18):raw()), 1, 16) == tvb(18, 16):raw() and "verified" or "wrong"
        if state == "wrong" then
            mac:add_proto_expert_info(E.wrong_mac)
        end
    end
    tree:add(F.mac_state, state):set_generated()
end

local function dissect_handshake(tree, tvb, header, direction, names)
    if header.length ~= 1 or tvb:len() < 17 then
        malformed(tree, "the payload is not one byte, the code")
        return "handshake"
    end
    tree:add(F.code, tvb(16, 1))
    local code = tvb(16, 1):uint()
    if code == 0 then
        -- A reply has the server's share in the clear: group 1 and a point that begins with 4.
        if direction ~= "to_server" and tvb:len() >= 107 and tvb(17, 2):uint() == 0x0104 then
            add_share(tree, tvb, 17)
            local plain = add_sealed(tree, tvb, header, 83, "to_client")
            if plain ~= nil and plain ~= "" then
                add_parameters(tree:add(udpack, plain(), "Parameters"), plain, 0, plain:len())
            end
            return "reply"
        end
        dissect_protected(tree, tvb, header, 17, "to_server", names)
        return "confirmation"
    elseif (code == 1 or code == 255) and tvb:len() == 34 then
        dissect_refusal(tree, tvb, header)
        return "refusal"
    elseif code == 255 and tvb:len() == 17 then
        return "hint"
    end
    malformed(tree, "an unknown code, or a length that its code does not have")
    return "handshake"
end

local function dissect_datagram(tree, tvb, pinfo, header, names)
    local direction = direction_of(pinfo)
    if header.opcode == 10 then
        dissect_shakehand(tree, tvb, pinfo, header)
        return "shakehand"
    elseif header.opcode == 11 then
        return dissect_handshake(tree, tvb, header, direction, names)
    elseif header.opcode == 13 then
        if tvb:len() - 16 ~= header.length or header.length <= 8 or header.length > 48 then
            malformed(tree, "the payload has the wrong length")
        else
            tree:add(F.retry_hash, tvb(16, 8))
            tree:add(F.cookie, tvb(24, header.length - 8))
        end
        return "retry"
    elseif header.opcode == 12 and tvb:len() == 17 then
        add_goaway(tree, tvb, 16, 17)
        return "clear goaway"
    end
    dissect_protected(tree, tvb, header, 16, direction, names)
    return "protected"
end

function udpack.dissector(tvb, pinfo, root)
    if tvb:len() == 0 then
        return 0
    end
    pinfo.cols.protocol = "UDPack"
    local tree = root:add(udpack, tvb())
    if tvb:len() < 16 then
        malformed(tree, "shorter than a header")
        pinfo.cols.info = "Malformed"
        return tvb:len()
    end
    add_header(tree, tvb, 0)
    local header, problem = read_header(tvb, 0)
    local kind, names = "unknown", {}
    if tvb:len() < tvb:reported_len() then
        tree:add_proto_expert_info(E.cut)
    elseif problem ~= nil then
        malformed(tree, problem)
    else
        kind = dissect_datagram(tree, tvb, pinfo, header, names)
    end
    tree:add(F.kind, kind):set_generated()
    tree:append_text(format(", %s, session %08x", kind, tvb(0, 4):uint()))
    local info = kind == "protected" and "" or kind .. " "
    pinfo.cols.info = format("%s%s session=%08x", info, concat(names, ", "), tvb(0, 4):uint())
    return tvb:len()
end

-- Without a port: a datagram that begins as this protocol's do, with a time between the years 2001 and 2100.
local function is_udpack(tvb)
    if tvb:len() < 17 then
        return false
    end
    local _, problem = read_header(tvb, 0)
    local ms = tvb(4, 4):uint() * TWO32 + tvb(8, 4):uint()
    return problem == nil and ms > 978307200000 and ms < 4102444800000
end

udpack:register_heuristic("udp", function(tvb, pinfo, root)
    if not is_udpack(tvb) then
        return false
    end
    udpack.dissector(tvb, pinfo, root)
    pinfo.conversation = udpack
    return true
end)

-- So that Decode As offers it for any port, for one capture, without a preference.
DissectorTable.get("udp.port"):add_for_decode_as(udpack)

function udpack.prefs_changed()
    if udpack.prefs.keylog_file ~= key_log.path then
        reset_key_log(udpack.prefs.keylog_file)
    end
    if udpack.prefs.port ~= bound_ports then
        local ports = DissectorTable.get("udp.port")
        if bound_ports ~= "" then
            ports:remove(bound_ports, udpack)
        end
        bound_ports, port_set = udpack.prefs.port, nil
        if bound_ports ~= "" then
            ports:add(bound_ports, udpack)
        end
    end
end

function udpack.init()
    servers, reject_secrets = {}, {}
    if key_log.path ~= "" then
        reset_key_log(key_log.path)
    end
end

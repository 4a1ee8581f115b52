/* One batch of datagrams as recvmmsg left it: the compiled part of Dispatcher.dispatch in kms_trio/net/dispatcher.py.
 *
 * Takes the packets of sources that Python has met before: finds the source by socket address and SSRC, decrypts in
 * place (RFC 3711, RFC 7714), reads the header (RFC 3550 section 5.1, extensions RFC 8285) and puts packets of one
 * source side by side.  All else is left as it came: strangers, STUN, DTLS, RTCP, sources that are new or have changed
 * their payload type.
 *
 * Allocates nothing, keeps nothing, links the C library alone: all memory belongs to the caller.
 */
enum { INTAKE_BATCH = 64, INTAKE_SLOT_BYTES = 2048, NAME_STRIDE = 32, NAME_BYTES = 28 };
enum { LEFT, TAKEN, REFUSED, ODD };                             /* kms_intake.state */
enum { NEVER_KEY_FRAME, VP8_KEY_FRAME, H264_KEY_FRAME, ASK };   /* kms_source.key_frames; ASK in kms_packet.key_frame */
enum { NO_LEVEL, LEVEL, BAD_EXTENSION };                        /* kms_packet.has_audio_level */

/* Who sends: one SSRC from one socket address.  `name` is the address as the kernel writes it, zeros behind it. */
typedef struct {
    uint64_t context;           /* srtp_t */
    uint32_t ssrc;              /* as on the wire */
    uint8_t name[NAME_BYTES];
    uint8_t payload_type, key_frames, audio_level_id, unused[5];
} kms_source;

/* Packets of one source in `kms_intake.packets`, in order of arrival. */
typedef struct {
    int32_t source, first, count;
    uint32_t payload_bytes, longest;
} kms_run;

/* `buckets` is an open-addressing table of indices into `sources` plus one, 0 where none is. */
typedef struct {
    uint64_t messages, names, slots, unprotect, sources, buckets;
    uint32_t bucket_mask, namelen;
    int32_t run_count, left;
    uint8_t state[INTAKE_BATCH];
    int32_t lengths[INTAKE_BATCH], source_of[INTAKE_BATCH];
    kms_run runs[INTAKE_BATCH];
    kms_packet packets[INTAKE_BATCH];
} kms_intake;

_Static_assert(sizeof(kms_source) == 48 && sizeof(kms_run) == 20, "layout");

static uint32_t bucket_of(const uint8_t *name, uint32_t ssrc)
{
    uint64_t hash = ssrc;
    for (int i = 0; i < NAME_BYTES; i += 4) {
        uint32_t word;
        memcpy(&word, name + i, 4);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    return (uint32_t)(hash >> 16);
}

/* Index of the source, -1 if it is not known.  `name` has NAME_BYTES bytes, zeros behind the address. */
static int32_t find_source(const kms_intake *intake, const uint8_t *name, uint32_t ssrc)
{
    const kms_source *sources = (const kms_source *)(uintptr_t)intake->sources;
    const int32_t *buckets = (const int32_t *)(uintptr_t)intake->buckets;
    for (uint32_t at = bucket_of(name, ssrc);; at++) {
        int32_t index = buckets[at & intake->bucket_mask] - 1;
        if (index < 0)
            return -1;
        if (sources[index].ssrc == ssrc && !memcmp(sources[index].name, name, NAME_BYTES))
            return index;
    }
}

/* Make the table anew from `count` sources; there are more buckets than that. */
void kms_intake_index(kms_intake *intake, int32_t count)
{
    const kms_source *sources = (const kms_source *)(uintptr_t)intake->sources;
    int32_t *buckets = (int32_t *)(uintptr_t)intake->buckets;
    memset(buckets, 0, ((size_t)intake->bucket_mask + 1) * sizeof *buckets);
    for (int32_t i = 0; i < count; i++) {
        uint32_t at = bucket_of(sources[i].name, sources[i].ssrc);
        while (buckets[at & intake->bucket_mask])
            at++;
        buckets[at & intake->bucket_mask] = i + 1;
    }
}

/* RFC 7741 section 4: the first partition of a key frame begins here. */
static uint8_t is_vp8_key_frame(const uint8_t *payload, uint32_t size)
{
    uint32_t at = 1;
    if (!size || (payload[0] & 0x17) != 0x10)
        return 0;
    if (payload[0] & 0x80) {
        if (size < 3)
            return 0;
        at = 2;
        if (payload[1] & 0x80)
            at += payload[2] & 0x80 ? 2 : 1;
        if (payload[1] & 0x40)
            at++;
        if (payload[1] & 0x30)
            at++;
    }
    return at < size && !(payload[at] & 1);
}

/* RFC 6184: a sequence parameter set or an IDR slice begins here; what is aggregated (section 5.7.1) Python looks at. */
static uint8_t is_h264_key_frame(const uint8_t *payload, uint32_t size)
{
    uint8_t kind = size ? payload[0] & 31 : 0;
    if (kind == 24)
        return ASK;
    if (kind == 28) {
        if (size < 2 || !(payload[1] & 0x80))
            return 0;
        kind = payload[1] & 31;
    }
    return kind == 5 || kind == 7;
}

static uint8_t key_frame_in(const kms_source *source, const uint8_t *payload, uint32_t size)
{
    switch (source->key_frames) {
    case VP8_KEY_FRAME:
        return is_vp8_key_frame(payload, size);
    case H264_KEY_FRAME:
        return is_h264_key_frame(payload, size);
    default:
        return source->key_frames;      /* never, or ask */
    }
}

/* The first byte of an extension element (RFC 8285 sections 4.2 and 4.3); `at` to `end` is the extension's body. */
static uint8_t read_level(const uint8_t *packet, uint32_t profile, uint32_t at, uint32_t end, uint8_t wanted,
                          uint8_t *level)
{
    int one_byte = profile == 0xBEDE;
    if (!one_byte && (profile & 0xFFF0) != 0x1000)
        return NO_LEVEL;
    while (at < end) {
        uint32_t identifier = packet[at], size;
        if (!identifier) {              /* padding between elements */
            at++;
            continue;
        }
        if (one_byte) {
            size = (identifier & 0x0F) + 1;
            identifier >>= 4;
            if (identifier == 15)       /* reserved: the rest is ignored */
                return NO_LEVEL;
            at++;
        } else {
            if (at + 2 > end)
                return BAD_EXTENSION;
            size = packet[at + 1];
            at += 2;
        }
        if (at + size > end)
            return BAD_EXTENSION;
        if (identifier == wanted) {
            if (!size)
                return NO_LEVEL;
            *level = packet[at];
            return LEVEL;
        }
        at += size;
    }
    return NO_LEVEL;
}

/* Read the header of a decrypted packet of `length` bytes, at least 12; 0 if it is malformed. */
static int read_packet(const kms_source *source, const uint8_t *packet, uint32_t length, kms_packet *out)
{
    uint32_t at = 12 + ((packet[0] & 0x0Fu) << 2), end = length;
    uint16_t sequence_number;
    uint32_t timestamp;

    memset(out, 0, sizeof *out);
    memcpy(&sequence_number, packet + 2, 2);
    memcpy(&timestamp, packet + 4, 4);
    if (packet[0] & 0x10) {
        if (at + 4 > length)
            return 0;
        uint32_t profile = (uint32_t)packet[at] << 8 | packet[at + 1];
        uint32_t body = at + 4;
        at = body + (((uint32_t)packet[at + 2] << 8 | packet[at + 3]) << 2);
        if (at > length)
            return 0;
        if (source->audio_level_id)
            out->has_audio_level = read_level(packet, profile, body, at, source->audio_level_id, &out->audio_level);
    }
    if (packet[0] & 0x20) {
        if (!packet[length - 1] || packet[length - 1] > length)
            return 0;
        end -= packet[length - 1];
    }
    if (at > end)
        return 0;
    out->sequence_number = ntohs(sequence_number);
    out->timestamp = ntohl(timestamp);
    out->marker = packet[1] >> 7;
    out->payload_bytes = (uint16_t)(end - at);
    out->payload_offset = at;           /* from the packet's start; later from the first slot's */
    out->key_frame = key_frame_in(source, packet + at, end - at);
    return 1;
}

/* Decrypt and read the datagram in a slot; what became of it. */
static uint8_t take_datagram(kms_intake *intake, int32_t slot, int32_t length, kms_packet *out)
{
    uint8_t *packet = (uint8_t *)(uintptr_t)intake->slots + (size_t)INTAKE_SLOT_BYTES * slot;
    uint8_t name[NAME_BYTES] = {0};
    uint32_t ssrc;

    if (length < 12 || packet[0] >> 6 != 2 || (packet[1] >= 192 && packet[1] <= 223))
        return LEFT;
    memcpy(name, (const uint8_t *)(uintptr_t)intake->names + NAME_STRIDE * slot, intake->namelen);
    memcpy(&ssrc, packet + 8, 4);
    int32_t index = find_source(intake, name, ssrc);
    if (index < 0)
        return LEFT;
    const kms_source *source = (const kms_source *)(uintptr_t)intake->sources + index;
    if ((packet[1] & 0x7F) != source->payload_type)
        return LEFT;
    intake->source_of[slot] = index;
    int plain = length;
    if (((kms_protect)(uintptr_t)intake->unprotect)((void *)(uintptr_t)source->context, packet, &plain))
        return REFUSED;
    intake->lengths[slot] = plain;
    if (plain < 12 || !read_packet(source, packet, (uint32_t)plain, out))
        return ODD;
    out->payload_offset += (uint32_t)(INTAKE_SLOT_BYTES * slot);
    return TAKEN;
}

/* Take what can be taken of `count` datagrams; `left` is how many were not. */
void kms_intake_take(kms_intake *intake, int32_t count)
{
    const struct mmsghdr *messages = (const struct mmsghdr *)(uintptr_t)intake->messages;
    kms_packet packets[INTAKE_BATCH];
    int32_t run_of[INTAKE_BATCH], runs = 0, place = 0;

    intake->left = 0;
    for (int32_t slot = 0; slot < count; slot++) {
        intake->state[slot] = take_datagram(intake, slot, (int32_t)messages[slot].msg_len, &packets[slot]);
        if (intake->state[slot] != TAKEN) {
            intake->left++;
            continue;
        }
        int32_t source = intake->source_of[slot], i = runs - 1;
        while (i >= 0 && intake->runs[i].source != source)
            i--;
        if (i < 0) {
            i = runs++;
            intake->runs[i] = (kms_run){.source = source};
        }
        run_of[slot] = i;
        kms_run *run = &intake->runs[i];
        run->count++;
        run->payload_bytes += packets[slot].payload_bytes;
        if (packets[slot].payload_bytes > run->longest)
            run->longest = packets[slot].payload_bytes;
    }
    for (int32_t i = 0; i < runs; i++) {
        intake->runs[i].first = place;
        place += intake->runs[i].count;
        intake->runs[i].count = 0;
    }
    for (int32_t slot = 0; slot < count; slot++) {
        if (intake->state[slot] != TAKEN)
            continue;
        kms_run *run = &intake->runs[run_of[slot]];
        intake->packets[run->first + run->count++] = packets[slot];
    }
    intake->run_count = runs;
}

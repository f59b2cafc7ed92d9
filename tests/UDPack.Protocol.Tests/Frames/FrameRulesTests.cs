using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Tests.Frames;

public class FrameRulesTests
{
    private const byte S = 0x80, P = 0x40, F = 0x20, Slow = 0x02, Fin = 0x01;

    /// <summary>The table of the wire document, written out: every other combination of flags is refused.</summary>
    private static readonly Dictionary<byte, byte[]> Allowed = new()
    {
        [0x0] = [P, P | S, P | F, P | S | F, P | F | Fin, P | S | F | Fin],
        [0x1] = [0, S | P],
        [0x2] = [S | P],
        [0x3] = [0, S],
        [0x4] = [0, S, Slow, S | Slow],
        [0x5] = [0],
        [0x6] = [0],
        [0x7] = [S],
        [0x8] = [S],
        [0x9] = [S, S | P],
        [0xA] = [0],
        [0xB] = [0],
        [0xC] = [0],
        [0xD] = [0],
        [0xE] = [S | P],
        [0xF] = [],
    };

    [Fact]
    public void Each_opcode_allows_exactly_the_flags_of_the_table()
    {
        for (var opcode = 0; opcode <= 0xFF; opcode++)
        {
            for (var flags = 0; flags <= 0xFF; flags++)
            {
                var expected = Allowed.TryGetValue((byte)opcode, out var list) && list.Contains((byte)flags);
                Assert.True(expected == FrameRules.Allows((Opcode)opcode, (FrameFlags)flags), $"{opcode:x} {flags:x2}");
            }
        }
    }

    [Fact]
    public void Every_pair_of_header_bytes_reads_as_the_table_says()
    {
        var bytes = new byte[FrameHeader.Size];
        for (var opcode = 0; opcode <= 0xFF; opcode++)
        {
            for (var flags = 0; flags <= 0xFF; flags++)
            {
                bytes[12] = (byte)flags;
                bytes[13] = (byte)opcode;
                DropReason? expected = (flags & 0x1C) != 0 || opcode > 0xF ? DropReason.ReservedBits
                    : opcode > 0xE ? DropReason.UnknownOpcode
                    : !Allowed[(byte)opcode].Contains((byte)flags) ? DropReason.FlagsNotAllowed
                    : null;
                var read = FrameHeader.TryRead(bytes, out _, out var reason);
                Assert.True(read == (expected is null) && (read || reason == expected), $"{opcode:x} {flags:x2}");
            }
        }
    }

    [Fact]
    public void Only_what_the_table_marks_asks_for_an_ack()
    {
        byte[] eliciting = [0x0, 0x1, 0x2, 0x3, 0x5, 0x6, 0x7, 0x8, 0x9, 0xB, 0xE];
        for (byte opcode = 0; opcode <= 0xF; opcode++)
        {
            var expected = eliciting.Contains(opcode);
            Assert.Equal(expected, FrameRules.IsAckEliciting((Opcode)opcode, FrameFlags.None));
            Assert.Equal(expected || opcode == 0x4, FrameRules.IsAckEliciting((Opcode)opcode, FrameFlags.Stream));
        }
    }
}

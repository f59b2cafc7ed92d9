using System.CommandLine;
using System.Net;
using UDPack.Tool.Arguments;

namespace UDPack.Tool.Tests.Perf;

public sealed class ArgumentsTests : IDisposable
{
    private const string Client = "perf client 127.0.0.1:9 --public-key k --token t ";

    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData("Required command", "perf")]
    [InlineData("A token is required", "perf server --listen 127.0.0.1:0 --key k")]
    [InlineData("'nowhere' is not an address with a port", "perf server --listen nowhere --key k --token t")]
    [InlineData("'127.0.0.1' is not an address with a port", "perf client 127.0.0.1 --public-key k --token t")]
    [InlineData("'::1:9000' is not an address with a port", "perf client ::1:9000 --public-key k --token t")]
    [InlineData("'host:0' is not an address with a port", "perf client host:0 --public-key k --token t")]
    [InlineData("--bytes takes 1 to ", Client + "--bytes 0")]
    [InlineData("--bytes takes 1 to ", Client + "--bytes 5X")]
    [InlineData("--duration takes 0.001 to 86,400", Client + "--duration 0")]
    [InlineData("--streams takes a whole number, 1 to 1,000", Client + "--streams 1001")]
    [InlineData("--streams takes a whole number, 1 to 1,000", Client + "--streams 1.5")]
    [InlineData("--message-size takes 1 to 16,777,216 bytes", Client + "--message-size 17Mi")]
    [InlineData("--message-size must be 16 to 16,777,216 here", Client + "--messages 5 --message-size 8")]
    [InlineData("--message-size must be 32 to 65,000 here", Client + "--datagrams --message-size 64Ki")]
    [InlineData("--rate is the rate of --messages", Client + "--rate 5")]
    [InlineData("--direction is for bulk data", Client + "--messages 5 --direction down")]
    [InlineData("--streams and --datagrams exclude each other", Client + "--streams 5 --datagrams")]
    [InlineData("'sideways' is none of up, down and both", Client + "--direction sideways")]
    [InlineData("'reno' is neither cubic nor bbr", Client + "--congestion reno")]
    [InlineData("--streams takes a whole number, 1 to 1,000", Client + "--streams many")]
    [InlineData("argument missing for option: '--token'", "perf client 127.0.0.1:9 --public-key k --token=")]
    [InlineData("Unrecognized command or argument 'perhaps'", Client + "--datagrams=perhaps")]
    public async Task Wrong_arguments_are_explained(string message, string arguments)
    {
        Assert.Equal(ExitCodes.Usage, await RunAsync(arguments));
        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("perf client 127.0.0.1:9 --public-key /nowhere/k.pem --token t", "The public key cannot be read", ".pub.pem")]
    [InlineData("perf server --listen 127.0.0.1:0 --key /nowhere/k.pem --token t", "The key cannot be read", "udpack keygen")]
    public async Task A_missing_key_file_is_a_failure_that_says_what_to_do(string arguments, string message, string advice)
    {
        Assert.Equal(ExitCodes.Failed, await RunAsync(arguments));
        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
        Assert.Contains(advice, _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("64k", 64_000)]
    [InlineData("1.5M", 1_500_000)]
    [InlineData("2G", 2_000_000_000)]
    [InlineData("64Ki", 65_536)]
    [InlineData("1Mi", 1_048_576)]
    [InlineData("1Gi", 1_073_741_824)]
    [InlineData("", null)]
    [InlineData("k", null)]
    [InlineData("-1", null)]
    [InlineData("1Kk", null)]
    [InlineData("1T", null)]
    [InlineData("99999999999G", null)]
    public void Numbers_of_bytes_have_suffixes(string text, int? expected) => Assert.Equal(expected, ByteCount.TryParse(text));

    [Fact]
    public void Addresses_of_both_families_and_names_are_understood()
    {
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9000), EndPointText.TryParseRemote("127.0.0.1:9000"));
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 9000), EndPointText.TryParseRemote("[::1]:9000"));
        Assert.Equal(new DnsEndPoint("host.example", 9000), EndPointText.TryParseRemote("host.example:9000"));
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Any, 0), EndPointText.TryParseLocal("[::]:0"));
    }

    [Theory]
    [InlineData("perf --help", "udpack perf server --listen")]
    [InlineData("perf server --help", "--once")]
    [InlineData("perf client --help", "--direction both --streams 4")]
    public async Task Help_shows_examples(string arguments, string text)
    {
        Assert.Equal(ExitCodes.Success, await RunAsync(arguments));
        Assert.Contains(text, _output.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(string arguments) =>
        UdpackCommand.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), new InvocationConfiguration { Output = _output, Error = _error });
}

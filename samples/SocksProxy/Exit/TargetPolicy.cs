using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SocksProxy.Socks;

namespace SocksProxy.Exit;

/// <summary>Where connections may go. What no rule allows is refused.</summary>
internal sealed class TargetPolicy
{
    private readonly TargetRule[] _rules;

    public TargetPolicy(IOptions<ExitOptions> options, IHostEnvironment environment)
    {
        IEnumerable<string> rules = options.Value.Allow is { Count: > 0 } configured
            ? configured
            : environment.IsDevelopment() ? ["public:80", "public:443", "loopback:*"] : ["public:80", "public:443"];
        _rules = [.. rules.Select(rule => TargetRule.Parse(rule)!)];
    }

    /// <param name="target">What was asked for.</param>
    /// <param name="address">One of the addresses it stands for.</param>
    public bool Allows(Target target, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _rules.Any(rule => rule.Allows(target, plain));
    }
}

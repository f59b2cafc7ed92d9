using System.ComponentModel.DataAnnotations;
using System.Net;
using UDPack.Sockets;

namespace UDPack.Hosting.Configuration;

/// <summary>A text that is an IP address to bind.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class IpAddressAttribute : ValidationAttribute
{
    public const string Fix = "Set it to an IP address such as 127.0.0.1, 0.0.0.0 (all IPv4) or :: (all IPv6).";

    /// <summary>Whether null means that another setting says it.</summary>
    public bool AllowNull { get; set; }

    public static bool IsAddress(string? text) => text is not null && text.AsSpan().IndexOfAny('.', ':') >= 0 && IPAddress.TryParse(text, out _);

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        (AllowNull && value is null) || Problem(value as string) is not { } fix
            ? ValidationResult.Success
            : new ValidationResult(SettingProblem.OutOfRange(validationContext, value as string ?? "", fix));

    private static string? Problem(string? text) => IsAddress(text) ? AddressRules.LocalProblem(IPAddress.Parse(text!)) : Fix;
}

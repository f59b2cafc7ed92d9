using Microsoft.Extensions.Options;
using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>
/// The settings of a UDPack server, bound from <c>Udpack:Server</c>. Unknown keys and bad values fail the start with a
/// message that names the key. When the configuration changes while the server runs, an invalid state is logged and
/// ignored; a valid one takes effect at once or for new handshakes and sessions, except what says that it needs a start.
/// </summary>
public sealed class UdpackServerOptions
{
    /// <summary>
    /// The endpoints to listen on, by name. Names compare without case. Without any, the server listens on one
    /// endpoint named "default" with <see cref="EndpointDefaults"/>. Takes effect with the next start.
    /// </summary>
    public IDictionary<string, UdpackEndpointOptions> Endpoints { get; } =
        new Dictionary<string, UdpackEndpointOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What endpoints use that do not say otherwise. Takes effect with the next start.</summary>
    [ValidateObjectMembers]
    public UdpackEndpointDefaults EndpointDefaults { get; set; } = new();

    /// <summary>How clients get in. A change takes effect for the next handshake.</summary>
    [ValidateObjectMembers]
    public UdpackHandshakeOptions Handshake { get; set; } = new();

    /// <summary>How sessions live. A change takes effect for new sessions.</summary>
    [ValidateObjectMembers]
    public UdpackServerSessionOptions Session { get; set; } = new();

    /// <summary>How much clients may use, for each endpoint. A change takes effect for new handshakes and sessions.</summary>
    [ValidateObjectMembers]
    public UdpackServerLimits Limits { get; set; } = new();

    /// <summary>How the server stops. Takes effect at once.</summary>
    [ValidateObjectMembers]
    public UdpackShutdownOptions Shutdown { get; set; } = new();

    /// <summary>
    /// A file, relative to the content root, that gets the secrets of all sessions so that captures can be decrypted. For finding faults
    /// only; a warning is logged. Outside the Development environment the server does not start with it unless <see cref="AllowKeyLog"/> is true. Default null: off. Takes effect with the next start.
    /// </summary>
    public string? KeyLogFile { get; set; }

    /// <summary>Whether <see cref="KeyLogFile"/> may be used outside the Development environment. Default false. Takes effect with the next start.</summary>
    public bool AllowKeyLog { get; set; }

    /// <summary>What was wrong with the configuration they were read from.</summary>
    internal ShapeReport Shape { get; set; } = ShapeReport.None;
}

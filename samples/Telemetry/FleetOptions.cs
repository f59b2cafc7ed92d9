namespace Telemetry;

/// <summary>The section Fleet of the configuration, for both roles.</summary>
internal sealed class FleetOptions
{
    /// <summary>What devices prove themselves with. Required outside Development.</summary>
    public string Token { get; set; } = "";

    public static void Add(IHostApplicationBuilder builder)
    {
        var isDevelopment = builder.Environment.IsDevelopment();
        builder.Services.AddOptions<FleetOptions>()
            .BindConfiguration("Fleet")
            .PostConfigure(fleet => fleet.Token = fleet.Token is "" && isDevelopment ? "development" : fleet.Token)
            .Validate(fleet => fleet.Token is not "", "Fleet:Token is empty. Set it to a secret of your own, such as with the environment variable Fleet__Token.")
            .ValidateOnStart();
    }
}

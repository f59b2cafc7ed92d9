using Samples;
using Telemetry.Devices;
using Telemetry.Server;

// One program, two roles: the server with its page, and the devices that report to it.
return await SampleHost.RunAsync(() => args is ["devices", .. var rest] ? Simulator.RunAsync(rest) : TelemetryServer.RunAsync(args));

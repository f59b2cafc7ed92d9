using Company.UdpackServer1;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddServer(builder.Configuration);

// Ctrl-C and SIGTERM end it: sessions get time to finish, and the exit code is 0.
await builder.Build().RunAsync();

using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace UDPack.Samples.Tests.Docs.Running;

/// <summary>A program of a document, compiled and run in this process as if it had been started.</summary>
internal sealed class DocumentProgram : IAsyncDisposable
{
    private static readonly AsyncLocal<TaskCompletionSource<IHost>?> Built = new();

    private readonly IHost _host;
    private readonly Task _run;

    static DocumentProgram() => DiagnosticListener.AllListeners.Subscribe(new HostObserver());

    private DocumentProgram(IHost host, Task run)
    {
        _host = host;
        _run = run;
    }

    public IServiceProvider Services => _host.Services;

    /// <summary>Compiles a project of a document and loads it.</summary>
    public static Assembly Load(string document, string project)
    {
        var blocks = CodeBlocks.In(document, Repository.Read(document)).ToList();
        using var image = new MemoryStream();
        var result = DocumentCompiler.Compile(blocks.First(block => block.Project == project), blocks).Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return Assembly.Load(image.ToArray());
    }

    /// <summary>Runs a program to its end.</summary>
    public static Task RunAsync(Assembly program, params string[] args) => Task.Run(() => Enter(program, args));

    /// <summary>Starts a program that runs a host, and waits until the host has started.</summary>
    public static async Task<DocumentProgram> StartAsync(Assembly program, params string[] args)
    {
        var built = new TaskCompletionSource<IHost>(TaskCreationOptions.RunContinuationsAsynchronously);
        Built.Value = built;
        var run = RunAsync(program, args);
        Built.Value = null;
        await await Task.WhenAny(built.Task, run);
        var host = await built.Task;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(started.SetResult);
        await await Task.WhenAny(started.Task, run);
        return new DocumentProgram(host, run);
    }

    public async ValueTask DisposeAsync()
    {
        _host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await _run;
    }

    private static void Enter(Assembly program, string[] args)
    {
        try
        {
            program.EntryPoint!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [args], null);
        }
        catch (Exception exception)
        {
            // Whoever waits for a host that will never be built.
            Built.Value?.TrySetException(exception);
            throw;
        }
    }

    // The host says so when it is built, which is how test servers find it, too.
    private sealed class HostObserver : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting")
            {
                value.Subscribe(this);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value is { Key: "HostBuilt", Value: IHost host })
            {
                Built.Value?.TrySetResult(host);
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}

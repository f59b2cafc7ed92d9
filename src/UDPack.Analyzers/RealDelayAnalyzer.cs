using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace UDPack.Analyzers;

/// <summary>
/// Finds waits by the system's clock in types that have to do with sessions: handlers, and whatever holds or takes one of UDPack's
/// types. Elsewhere real time may be what is meant.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RealDelayAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.RealDelay);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (UdpackTypes.Of(start.Compilation) is { } types)
            {
                start.RegisterOperationAction(operation => Analyze(operation, types), OperationKind.Invocation, OperationKind.ObjectCreation);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, UdpackTypes types)
    {
        var (method, arguments) = context.Operation switch
        {
            IInvocationOperation call => (call.TargetMethod, call.Arguments),
            IObjectCreationOperation creation => (creation.Constructor, creation.Arguments),
            _ => default,
        };
        if (method is not null && NameOf(method) is { } name && !arguments.Any(IsNoDelay) && IsAboutSessions(context.ContainingSymbol.ContainingType, types))
        {
            context.ReportDiagnostic(Diagnostic.Create(Rules.RealDelay, context.Operation.Syntax.GetLocation(), name));
        }
    }

    /// <summary>The name of something that waits and could be given a TimeProvider but is not; null for all else.</summary>
    private static string? NameOf(IMethodSymbol method)
    {
        if (method.Parameters.Any(static parameter => parameter.Type.Name == "TimeProvider"))
        {
            return null;
        }

        var takesTime = method.Parameters.FirstOrDefault() is { Type: { Name: "TimeSpan" } or { SpecialType: SpecialType.System_Int32 } };
        return (method.ContainingType.OriginalDefinition.ToDisplayString(), method.Name) switch
        {
            ("System.Threading.Tasks.Task", "Delay") => "Task.Delay",
            ("System.Threading.Tasks.Task" or "System.Threading.Tasks.Task<TResult>", "WaitAsync") when takesTime => "Task.WaitAsync",
            ("System.Threading.CancellationTokenSource", ".ctor") when takesTime => "A CancellationTokenSource",
            ("System.Threading.PeriodicTimer", ".ctor") => "A PeriodicTimer",
            ("System.Threading.Timer", ".ctor") => "A Timer",
            ("System.Threading.Thread", "Sleep") => "Thread.Sleep",
            _ => null,
        };
    }

    // Neither nothing nor for ever is a time that a clock could tell.
    private static bool IsNoDelay(IArgumentOperation argument) => argument.Value switch
    {
        { ConstantValue: { HasValue: true, Value: 0 or -1 } } => true,
        IFieldReferenceOperation field => field.Field.Name is "InfiniteTimeSpan" or "Infinite" || (field.Field.Name == "Zero" && field.Type?.Name == "TimeSpan"),
        _ => false,
    };

    private static bool IsAboutSessions(INamedTypeSymbol? type, UdpackTypes types)
    {
        for (; type is not null; type = type.ContainingType)
        {
            if (UdpackTypes.Derives(type, types.SessionHandler) || type.GetMembers().Any(IsAboutSessions))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAboutSessions(ISymbol member) => member switch
    {
        IFieldSymbol field => UdpackTypes.IsOwn(field.Type),
        IPropertySymbol property => UdpackTypes.IsOwn(property.Type),
        IMethodSymbol method => method.Parameters.Any(static parameter => UdpackTypes.IsOwn(parameter.Type)),
        _ => false,
    };
}

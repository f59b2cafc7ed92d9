using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace UDPack.Analyzers;

/// <summary>Finds memory of packets that goes where it outlives them: fields and properties, collections and channels, work that nobody waits for.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class KeptMemoryAnalyzer : DiagnosticAnalyzer
{
    private static readonly ImmutableHashSet<string> Keepers = ImmutableHashSet.Create(
        "Add", "TryAdd", "AddOrUpdate", "GetOrAdd", "AddFirst", "AddLast", "Enqueue", "TryEnqueue", "Push", "Insert", "TryWrite", "WriteAsync");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.KeptMemory);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (UdpackTypes.Of(start.Compilation) is { } types)
            {
                start.RegisterOperationBlockAction(block => Analyze(block, types));
            }
        });
    }

    private static void Analyze(OperationBlockAnalysisContext context, UdpackTypes types)
    {
        foreach (var body in context.OperationBlocks)
        {
            var lent = new LentMemory(types, body);
            foreach (var operation in body.DescendantsAndSelf())
            {
                foreach (var (value, place) in Kept(operation))
                {
                    if (lent.Until(value) is { } until)
                    {
                        context.ReportDiagnostic(Diagnostic.Create(Rules.KeptMemory, place.Syntax.GetLocation(), until));
                    }
                }
            }
        }
    }

    /// <summary>The values that an operation keeps, and where to say so.</summary>
    private static ImmutableArray<(IOperation Value, IOperation Place)> Kept(IOperation operation) => operation switch
    {
        ISimpleAssignmentOperation { Target: IFieldReferenceOperation or IPropertyReferenceOperation or IArrayElementReferenceOperation } assignment
            when !IsOfNewObject(assignment) => One(assignment.Value),
        ICoalesceAssignmentOperation { Target: IFieldReferenceOperation or IPropertyReferenceOperation } assignment => One(assignment.Value),
        IInvocationOperation call when IsKeeper(call.TargetMethod) => All(call.Arguments.Select(static argument => argument.Value)),
        IInvocationOperation call when IsStarter(call.TargetMethod) && !IsWaitedFor(call) => Captured(call),
        _ => ImmutableArray<(IOperation, IOperation)>.Empty,
    };

    private static ImmutableArray<(IOperation Value, IOperation Place)> One(IOperation value) => ImmutableArray.Create((value, value));

    private static ImmutableArray<(IOperation Value, IOperation Place)> All(System.Collections.Generic.IEnumerable<IOperation> values) =>
        values.Select(static value => (value, value)).ToImmutableArray();

    // What becomes of an object that is made here cannot be seen here.
    private static bool IsOfNewObject(ISimpleAssignmentOperation assignment) => assignment.Parent is IObjectOrCollectionInitializerOperation;

    private static bool IsKeeper(IMethodSymbol method) =>
        Keepers.Contains(method.Name)
        && method.ContainingType.ContainingNamespace.ToDisplayString() is "System.Threading.Channels" or "System.Collections" or "System.Collections.Generic"
            or "System.Collections.Concurrent" or "System.Collections.Immutable" or "System.Collections.ObjectModel";

    private static bool IsStarter(IMethodSymbol method) => (method.ContainingType.ToDisplayString(), method.Name) is
        ("System.Threading.Tasks.Task", "Run") or ("System.Threading.Tasks.TaskFactory", "StartNew")
        or ("System.Threading.ThreadPool", "QueueUserWorkItem" or "UnsafeQueueUserWorkItem");

    /// <summary>Whether the task goes on to someone: awaited, returned, kept in a variable. Thrown away it outlives the packet.</summary>
    private static bool IsWaitedFor(IOperation call) => call.Parent switch
    {
        IExpressionStatementOperation => false,
        ISimpleAssignmentOperation { Target: IDiscardOperation } => false,
        IConversionOperation or IParenthesizedOperation => IsWaitedFor(call.Parent),
        _ => true,
    };

    private static ImmutableArray<(IOperation Value, IOperation Place)> Captured(IInvocationOperation call) => call.Arguments
        .SelectMany(static argument => argument.Value.DescendantsAndSelf().OfType<IAnonymousFunctionOperation>())
        .SelectMany(static function => function.Body.DescendantsAndSelf())
        .Where(static operation => operation is IParameterReferenceOperation or ILocalReferenceOperation or IPropertyReferenceOperation { Property.Name: "Memory" })
        .Select(static operation => (operation, operation))
        .ToImmutableArray();
}

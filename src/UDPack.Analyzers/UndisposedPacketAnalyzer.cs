using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace UDPack.Analyzers;

/// <summary>Finds received packets that nobody disposes: thrown away at once, or kept in a variable that is only read.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UndisposedPacketAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.UndisposedPacket);

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
        var locals = new HashSet<ILocalSymbol>(SymbolEqualityComparer.Default);
        var cared = new HashSet<ILocalSymbol>(SymbolEqualityComparer.Default);
        foreach (var operation in context.OperationBlocks.SelectMany(static body => body.DescendantsAndSelf()))
        {
            switch (operation)
            {
                case IVariableDeclaratorOperation declarator when types.IsPacket(declarator.Symbol.Type):
                    locals.Add(declarator.Symbol);
                    break;
                case IDeclarationExpressionOperation { Expression: ILocalReferenceOperation declared } when types.IsPacket(declared.Type):
                    locals.Add(declared.Local);
                    break;
                case IUsingDeclarationOperation declaration:
                    cared.UnionWith(declaration.DeclarationGroup.GetDeclaredVariables());
                    break;
                case IUsingOperation @using:
                    cared.UnionWith(@using.Locals);
                    break;
                case IDiscardOperation discard when types.IsPacket(discard.Type) && discard.Parent is IArgumentOperation { Parameter.RefKind: RefKind.Out }:
                    Report(context, discard.Syntax.GetLocation());
                    break;
                case IAwaitOperation or IInvocationOperation when types.IsPacket(operation.Type) && IsThrownAway(operation):
                    Report(context, operation.Syntax.GetLocation());
                    break;
                case ILocalReferenceOperation reference when types.IsPacket(reference.Type) && IsPassedOn(reference):
                    cared.Add(reference.Local);
                    break;
            }
        }

        foreach (var local in locals.Where(local => !cared.Contains(local)))
        {
            Report(context, local.Locations[0]);
        }
    }

    private static void Report(OperationBlockAnalysisContext context, Location location) =>
        context.ReportDiagnostic(Diagnostic.Create(Rules.UndisposedPacket, location));

    /// <summary>A packet that is received and of which only a part is looked at, or nothing.</summary>
    private static bool IsThrownAway(IOperation received) => received.Parent switch
    {
        IExpressionStatementOperation => true,
        ISimpleAssignmentOperation { Target: IDiscardOperation } => true,
        IPropertyReferenceOperation property => property.Instance == received,
        IParenthesizedOperation parenthesized => IsThrownAway(parenthesized),
        _ => false,
    };

    /// <summary>Whether a packet is disposed here, or given to someone who may.</summary>
    private static bool IsPassedOn(ILocalReferenceOperation reference) => reference.Parent switch
    {
        IPropertyReferenceOperation property => property.Instance != reference,
        IInvocationOperation call => call.Instance != reference || call.TargetMethod.Name == "Dispose",
        IDeclarationExpressionOperation => false,
        ISimpleAssignmentOperation assignment => assignment.Target != reference,
        IArgumentOperation { Parameter.RefKind: RefKind.Out } => false,
        IBinaryOperation or IIsPatternOperation => false,
        _ => true,
    };
}

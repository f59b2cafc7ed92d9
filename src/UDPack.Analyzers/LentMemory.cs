using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace UDPack.Analyzers;

/// <summary>Tells which values are memory that is lent for a while only.</summary>
internal sealed class LentMemory(UdpackTypes types, IOperation body)
{
    /// <summary>Until when the value is lent; null if it is not, as far as can be seen.</summary>
    public string? Until(IOperation? value)
    {
        value = Unwrapped(value);
        return value switch
        {
            IParameterReferenceOperation parameter when types.IsMemory(parameter.Type) && IsOfHandler(parameter.Parameter) => "its handler's task ends",
            IPropertyReferenceOperation { Property.Name: "Memory" } memory when types.IsPacket(memory.Property.ContainingType) && IsInUsing(memory.Instance) =>
                "it is disposed",
            ILocalReferenceOperation local when types.IsMemory(local.Type) => Until(OnlyValueOf(local.Local)),
            IInvocationOperation { TargetMethod.Name: "Slice", Instance: { } sliced } => Until(sliced),
            IImplicitIndexerReferenceOperation range => Until(range.Instance),
            IConditionalOperation conditional => Until(conditional.WhenTrue) ?? Until(conditional.WhenFalse),
            ITupleOperation tuple => tuple.Elements.Select(Until).FirstOrDefault(static until => until is not null),
            _ => null,
        };
    }

    private static IOperation? Unwrapped(IOperation? value)
    {
        while (value is IConversionOperation { Conversion.IsUserDefined: false } or IParenthesizedOperation)
        {
            value = value is IConversionOperation conversion ? conversion.Operand : ((IParenthesizedOperation)value).Operand;
        }

        return value;
    }

    private bool IsOfHandler(IParameterSymbol parameter)
    {
        if (parameter.ContainingSymbol is not IMethodSymbol method)
        {
            return false;
        }

        return method.MethodKind == MethodKind.AnonymousFunction
            ? IsCallback(method)
            : method is { IsOverride: true, Name: "OnPacketAsync" or "OnDatagramAsync" } && UdpackTypes.Derives(method.ContainingType, types.PacketHandler);
    }

    private bool IsCallback(IMethodSymbol lambda) => types.Callbacks is not null && body.DescendantsAndSelf().OfType<ISimpleAssignmentOperation>().Any(
        assignment => assignment.Target is IPropertyReferenceOperation property
            && SymbolEqualityComparer.Default.Equals(property.Property.ContainingType, types.Callbacks)
            && assignment.Value.DescendantsAndSelf().OfType<IAnonymousFunctionOperation>().Any(function => SymbolEqualityComparer.Default.Equals(function.Symbol, lambda)));

    /// <summary>Only what this method disposes itself is surely gone later; others may keep packet and memory together.</summary>
    private bool IsInUsing(IOperation? packet) => packet is ILocalReferenceOperation reference && body.DescendantsAndSelf().Any(operation => operation switch
    {
        IUsingOperation { Resources: ILocalReferenceOperation other } => SymbolEqualityComparer.Default.Equals(other.Local, reference.Local),
        IUsingOperation @using => @using.Locals.Contains(reference.Local, SymbolEqualityComparer.Default),
        IUsingDeclarationOperation declaration => declaration.DeclarationGroup.GetDeclaredVariables().Contains(reference.Local, SymbolEqualityComparer.Default),
        _ => false,
    });

    private IOperation? OnlyValueOf(ILocalSymbol local)
    {
        IOperation? value = null;
        foreach (var operation in body.DescendantsAndSelf())
        {
            if (operation is IVariableDeclaratorOperation { Initializer: { } initializer } declarator && SymbolEqualityComparer.Default.Equals(declarator.Symbol, local))
            {
                value = initializer.Value;
            }
            else if (operation is ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } && SymbolEqualityComparer.Default.Equals(target.Local, local))
            {
                return null;
            }
        }

        // One that is built of itself leads nowhere.
        return value is not null && value.DescendantsAndSelf().OfType<ILocalReferenceOperation>().Any(other => SymbolEqualityComparer.Default.Equals(other.Local, local)) ? null : value;
    }
}

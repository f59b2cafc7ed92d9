using System.Reflection;
using UDPack.Hosting.Configuration;

namespace UDPack.Hosting.Tests.Configuration;

public sealed class ShapeTests
{
    [Theory]
    [InlineData(typeof(UdpackServerOptions), "Server")]
    [InlineData(typeof(UdpackKeysOptions), "Keys")]
    [InlineData(typeof(UdpackClientSettings), "Client")]
    public void Shapes_are_those_of_the_options_types(Type type, string field)
    {
        var shape = (SettingShape)typeof(UdpackShapes).GetField(field)!.GetValue(null)!;
        Assert.Equal(OfType(type, "").Order(), OfShape(shape, "").Order());
    }

    private static IEnumerable<string> OfType(Type type, string path)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>))
        {
            return OfType(type.GetGenericArguments()[1], path + ":*");
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>))
        {
            return OfType(type.GetGenericArguments()[0], path + ":*");
        }

        return type.Namespace == typeof(UdpackServerOptions).Namespace && type.IsClass
            ? type.GetProperties(BindingFlags.Public | BindingFlags.Instance).SelectMany(property => OfType(property.PropertyType, $"{path}:{property.Name}"))
            : [path];
    }

    private static IEnumerable<string> OfShape(SettingShape shape, string path) => shape switch
    {
        { Members: { } members } => members.SelectMany(member => OfShape(member.Shape, $"{path}:{member.Name}")),
        { Item: { } item } => OfShape(item, path + ":*"),
        _ => [path],
    };
}

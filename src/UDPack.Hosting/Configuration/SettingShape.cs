using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace UDPack.Hosting.Configuration;

/// <summary>
/// What may stand at a place in the configuration. The binder ignores unknown keys and throws messages without a fix at
/// unreadable values; checking the shape first gives every mistake at once, each with its key, value and fix.
/// </summary>
internal abstract class SettingShape
{
    public abstract void Check(IConfigurationSection section, ShapeReport report);

    public static SettingShape Group(params (string Name, SettingShape Shape)[] members) => new GroupShape(members);

    public static SettingShape Map(SettingShape item) => new ItemsShape(item, isList: false);

    public static SettingShape List(SettingShape item) => new ItemsShape(item, isList: true);

    public static SettingShape Text() => new ValueShape(static _ => true, "Give it one value, not a section.", nullable: true);

    public static SettingShape Number(bool nullable = false) => new ValueShape(
        static text => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _), "Set it to a whole number.", nullable);

    public static SettingShape LargeNumber(bool nullable = false) => new ValueShape(
        static text => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _), "Set it to a whole number.", nullable);

    public static SettingShape Decimal() => new ValueShape(
        static text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number),
        "Set it to a number, such as 0.5.",
        nullable: false);

    public static SettingShape Flag() => new ValueShape(static text => bool.TryParse(text, out _), "Set it to true or false.", nullable: false);

    public static SettingShape Time(bool nullable = false) => new ValueShape(
        static text => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _) && text.Contains(':', StringComparison.Ordinal),
        "Set it to a time as [d.]hh:mm:ss[.fff], such as 00:00:10 for ten seconds.",
        nullable);

    public static SettingShape Choice<T>()
        where T : struct, Enum => new ValueShape(
        static text => Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase),
        $"Set it to one of: {string.Join(", ", Enum.GetNames<T>())}.",
        nullable: false);

    /// <summary>The members of a group, the shape of a map's or list's items, or neither; for the test that compares shapes with the options types.</summary>
    internal virtual IReadOnlyList<(string Name, SettingShape Shape)>? Members => null;

    internal virtual SettingShape? Item => null;

    private sealed class GroupShape((string Name, SettingShape Shape)[] members) : SettingShape
    {
        internal override IReadOnlyList<(string Name, SettingShape Shape)> Members => members;

        public override void Check(IConfigurationSection section, ShapeReport report)
        {
            if (!string.IsNullOrEmpty(section.Value))
            {
                // The value could be a misplaced key or password, so it is not shown.
                report.Add(section.Path, $"{section.Path} is a single value, but must be a section with: {string.Join(", ", members.Select(member => member.Name))}.");
                return;
            }

            foreach (var child in section.GetChildren())
            {
                var shape = Array.Find(members, member => member.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)).Shape;
                if (shape is null)
                {
                    report.Add(child.Path, SettingProblem.UnknownKey(child.Path, section.Path, members.Select(member => member.Name)));
                }
                else
                {
                    shape.Check(child, report);
                }
            }
        }
    }

    private sealed class ItemsShape(SettingShape item, bool isList) : SettingShape
    {
        internal override SettingShape Item => item;

        public override void Check(IConfigurationSection section, ShapeReport report)
        {
            if (!string.IsNullOrEmpty(section.Value))
            {
                report.Add(section.Path, $"{section.Path} is a single value, but must be {(isList ? "a list of values" : "a section with one entry per name")}.");
                return;
            }

            foreach (var child in section.GetChildren())
            {
                if (isList && !int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                {
                    report.Add(child.Path, $"{child.Path} is not an element of a list. Number the elements of {section.Path} from 0.");
                    continue;
                }

                item.Check(child, report);
            }
        }
    }

    private sealed class ValueShape(Func<string, bool> isValid, string fix, bool nullable) : SettingShape
    {
        public override void Check(IConfigurationSection section, ShapeReport report)
        {
            if (section.GetChildren().Any())
            {
                // The value of a nested key can be a misplaced secret, so only the key is shown.
                report.Add(section.Path, $"{section.Path} is a section, but must be a single value. {fix}");
            }
            else if (string.IsNullOrEmpty(section.Value) ? !nullable : !isValid(section.Value))
            {
                report.Add(section.Path, SettingProblem.BadValue(section.Path, section.Value ?? "", fix));
            }
        }
    }
}

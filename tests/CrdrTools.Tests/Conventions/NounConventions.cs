using System.Reflection;

namespace CrdrTools.Tests.Conventions;

/// <summary>What users see in the pipeline.</summary>
public class NounConventions
{
    [Fact]
    public void PowerShell_can_take_one_element_out_of_every_list()
    {
        (Type Type, PropertyInfo Property)[] lists =
        [
            .. typeof(CrdrPair).Assembly.GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false })
                .SelectMany(t => t.GetProperties().Where(p => p.CanWrite && p.PropertyType.IsGenericType && p.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)).Select(p => (t, p))),
        ];
        Assert.True(lists.Length > 30);
        Assert.All(lists, l =>
        {
            object noun = System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(l.Type);
            Type element = l.Property.PropertyType.GetGenericArguments()[0];
            l.Property.SetValue(noun, Activator.CreateInstance(typeof(List<>).MakeGenericType(element)));
            Assert.True(l.Property.GetValue(noun) is Array, $"{l.Type.Name}.{l.Property.Name}");
        });
    }
}

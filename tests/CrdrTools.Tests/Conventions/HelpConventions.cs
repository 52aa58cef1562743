using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CrdrTools.Tests.Conventions;

/// <summary>Pages, help and cmdlets say the same.</summary>
public sealed partial class HelpConventions(ModuleAssembly module) : IClassFixture<ModuleAssembly>
{
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly string s_pages = Path.Combine(Repository.Root, "docs", "cmdlets");

    [Fact]
    public void Every_cmdlet_has_a_page_and_every_page_a_cmdlet() =>
        Assert.Equal(module.Cmdlets.Select(c => c.Name).Order(), Directory.GetFiles(s_pages, "*.md").Select(Path.GetFileNameWithoutExtension).Order());

    [Fact]
    public void Every_page_is_whole() => Assert.All(module.Cmdlets, c =>
    {
        string page = Page(c);
        Assert.StartsWith($"# {c.Name}\n", page, StringComparison.Ordinal);
        foreach (string section in new[] { "Synopsis", "Description", "Examples", "Parameters", "Inputs", "Outputs", "Related" })
            Assert.Matches($@"(?m)^## {section}\n\n\S", page);
        MatchCollection examples = Example().Matches(page);
        Assert.True(examples.Count >= 2, $"{c.Name} has {examples.Count} examples");
        Assert.True(Regex.Matches(page, "```text\n").Count >= 1, $"{c.Name} shows no output");
    });

    [Fact]
    public void Every_parameter_is_on_its_page_and_no_other() => Assert.All(module.Cmdlets, c =>
    {
        IEnumerable<string> expected = c.Parameters.Select(p => p.Name).Concat(c.SupportsShouldProcess ? ["WhatIf", "Confirm"] : []).Order();
        Assert.Equal(expected, Parameter().Matches(Page(c)).Select(m => m.Groups[1].Value).Order());
    });

    [Fact]
    public void Examples_use_parameters_that_exist() => Assert.All(module.Cmdlets, c =>
    {
        foreach (Match line in Regex.Matches(Page(c), @"(?m)^PS> (.*)$"))
        {
            foreach (Match call in Regex.Matches(line.Groups[1].Value, @"\b([A-Z][a-z]+-Crdr\w+)([^|;)}]*)"))
            {
                CmdletType called = Assert.Single(module.Cmdlets, x => x.Name == call.Groups[1].Value);
                string bare = Regex.Replace(call.Groups[2].Value, "'[^']*'|\"[^\"]*\"|@\\{[^}]*\\}?|\\([^)]*\\)?", "");
                foreach (Match parameter in Regex.Matches(bare, @"(?<=\s)-([A-Z]\w+)"))
                    Assert.Contains(parameter.Groups[1].Value, called.Parameters.Select(p => p.Name).Concat(["WhatIf", "Confirm", "Verbose", "Debug"]));
            }
        }
    });

    [Fact]
    public void The_help_knows_each_cmdlet_with_synopsis_examples_and_every_parameter()
    {
        XDocument help = XDocument.Load(Path.Combine(Repository.Module, "en-US", "CrdrTools.dll-Help.xml"));
        Dictionary<string, XElement> commands = help.Root!.Elements(s_command + "command").ToDictionary(e => e.Element(s_command + "details")!.Element(s_command + "name")!.Value);
        Assert.Equal(module.Cmdlets.Select(c => c.Name).Order(), commands.Keys.Order());
        Assert.All(module.Cmdlets, c =>
        {
            XElement command = commands[c.Name];
            string synopsis = Regex.Match(Page(c), @"## Synopsis\n\n(.+)\n").Groups[1].Value.Replace("`", "", StringComparison.Ordinal);
            Assert.Equal(synopsis, command.Element(s_command + "details")!.Element(s_maml + "description")!.Value);
            Assert.True(command.Element(s_command + "examples")!.Elements().Count() >= 2, c.Name);
            IEnumerable<string> expected = c.Parameters.Select(p => p.Name).Concat(c.SupportsShouldProcess ? ["WhatIf", "Confirm"] : []).Order();
            List<XElement> parameters = [.. command.Element(s_command + "parameters")!.Elements(s_command + "parameter")];
            Assert.Equal(expected, parameters.Select(p => p.Element(s_maml + "name")!.Value).Order());
            Assert.All(parameters, p => Assert.False(string.IsNullOrWhiteSpace(p.Element(s_maml + "description")?.Value), $"{c.Name} -{p.Element(s_maml + "name")!.Value}"));
            Assert.NotEmpty(command.Element(s_command + "syntax")!.Elements());
        });
    }

    [Fact]
    public void The_help_lies_where_Get_Help_looks()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Module, "en-US")))
            Assert.Equal(File.ReadAllText(file), File.ReadAllText(Path.Combine(Repository.Root, "en-US", Path.GetFileName(file))));
    }

    private static string Page(CmdletType cmdlet) => File.ReadAllText(Path.Combine(s_pages, cmdlet.Name + ".md"));

    [GeneratedRegex(@"(?m)^### Example \d+: .+\n\n```powershell\nPS> ")]
    private static partial Regex Example();

    [GeneratedRegex(@"(?m)^### -(\w+)\n\n\S")]
    private static partial Regex Parameter();
}

using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace CrdrTest
{
    // A host that remembers every line that was written to it, and answers prompts by a delegate.
    public sealed class RecordingHost : PSHost
    {
        private readonly Guid _id = Guid.NewGuid();
        private readonly RecordingUI _ui = new RecordingUI();
        public override Guid InstanceId { get { return _id; } }
        public override string Name { get { return "RecordingHost"; } }
        public override Version Version { get { return new Version(1, 0); } }
        public override CultureInfo CurrentCulture { get { return CultureInfo.InvariantCulture; } }
        public override CultureInfo CurrentUICulture { get { return CultureInfo.InvariantCulture; } }
        public override PSHostUserInterface UI { get { return _ui; } }
        public override void EnterNestedPrompt() { throw new NotSupportedException(); }
        public override void ExitNestedPrompt() { throw new NotSupportedException(); }
        public override void NotifyBeginApplication() { }
        public override void NotifyEndApplication() { }
        public override void SetShouldExit(int exitCode) { }
    }

    public sealed class RecordingUI : PSHostUserInterface
    {
        private readonly List<string> _lines = new List<string>();
        private readonly List<string> _prompts = new List<string>();

        // Caption and message in, the number of the choice out (0: yes, 2: no).
        public Func<string, string, int> OnPrompt { get; set; }

        public string[] Lines { get { lock (_lines) return _lines.ToArray(); } }
        public string[] Prompts { get { lock (_prompts) return _prompts.ToArray(); } }

        public override PSHostRawUserInterface RawUI { get { return null; } }

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            lock (_prompts) _prompts.Add(message);
            return OnPrompt(caption, message);
        }

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) { throw new NotSupportedException(); }
        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) { throw new NotSupportedException(); }
        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes types, PSCredentialUIOptions options) { throw new NotSupportedException(); }
        public override string ReadLine() { throw new NotSupportedException(); }
        public override SecureString ReadLineAsSecureString() { throw new NotSupportedException(); }
        public override void Write(string value) { Add(value); }
        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) { Add(value); }
        public override void WriteLine(string value) { Add(value); }
        public override void WriteErrorLine(string value) { Add(value); }
        public override void WriteDebugLine(string message) { Add(message); }
        public override void WriteVerboseLine(string message) { Add(message); }
        public override void WriteWarningLine(string message) { Add(message); }
        public override void WriteProgress(long sourceId, ProgressRecord record) { }

        private void Add(string line) { lock (_lines) _lines.Add(line ?? ""); }
    }
}

def repository = new File(basedir, '../../it-repository')
def jars = []
repository.eachFileRecurse { if (it.name ==~ /(etl-core|slf4j-api-2)[-.].*\.jar/) jars << it.absolutePath }
assert jars.size() == 2 : jars
def classpath = ([new File(basedir, 'target/classes').absolutePath] + jars).join(File.pathSeparator)
def process = [new File(System.getProperty('java.home'), 'bin/java').absolutePath, '-cp', classpath, 'Orders'].execute()
def out = new StringBuilder()
def err = new StringBuilder()
process.waitForProcessOutput(out, err)
assert process.exitValue() == 0 : err
assert out.toString().trim() == '2500' : out

@DM-GEN-001
Feature: Wrong expectations of usage rows
  Each last line says what is not so, and has to fail.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    And LisaBarry requests 10 of "PhotoPrint" "1.0"

  @usage
  Scenario: A row shows other tokens
    Then the usage rows are:
      | item       | tokens |
      | PhotoPrint | 31     |

  @usage
  Scenario: The last row shows other tokens
    Then the last usage rows are:
      | item       | tokens |
      | PhotoPrint | 31     |

  @usage
  Scenario: Rows are called absent
    Then there are no usage rows

  @usage
  Scenario: An answer without a correlation ID has no rows
    When the producer lists the instances
    Then the usage rows carry the correlation ID of the answer

  @usage
  Scenario: The rows name another rate table
    Then the usage rows name the series "CAD" and the version "1"

  @usage
  Scenario: A column holds another value
    Then every usage row holds:
      | column | value    |
      | ITEM   | CADPrint |

  @usage
  Scenario: The row of a request is called an automatic charge
    Then the last 1 usage row was left without a request

@producer
Feature: Instances at the edge of the documents
  Producers keep many instances and find them again by lists. In which order and in pages of which size, and what
  happens to a question that makes no sense, is left open.

  @DM-INST-006
  Scenario: A body that says what the server says
    When the producer creates the instance:
      """
      {"shortName": "globex-main", "accountId": "GLOBEX", "defaultInstance": false, "created": 1}
      """
    Then the answer follows the reading "instance.given_fields.http"

  @DM-INST-006
  Scenario: What a body says does not make a default or a time
    When the producer creates the instance:
      """
      {"shortName": "globex-main", "accountId": "GLOBEX", "defaultInstance": false, "created": 1}
      """
    Then the given fields have no effect

  @DM-INST-007
  Scenario: Two instances of one name
    Given the producer creates the instance:
      """
      {"shortName": "globex-main", "accountId": "GLOBEX"}
      """
    When the producer creates the instance:
      """
      {"shortName": "globex-main", "accountId": "GLOBEX"}
      """
    Then the answer follows the reading "instance.same_name.http"

  @DM-INST-015 @site
  Scenario: The order of a list
    Given an instance of account "B"
    And another instance of account "C"
    And another instance of account "A"
    When the producer lists the instances
    Then the order of the instances is read

  @DM-INST-015 @site
  Scenario: The size of a page
    Given 101 instances of account "GLOBEX"
    When the producer lists the instances
    Then the size of the first page of 101 instances is read

  @DM-INST-016
  Scenario Outline: <what>
    When the producer lists the instances with "<query>"
    Then the answer follows the reading "<reading>"

    Examples:
      | what                     | query    | reading                  |
      | A size that is no number | size=ten | instances.size_word.http |
      | A size of nothing        | size=0   | instances.size_zero.http |
      | A next that is no number | next=ten | instances.next_word.http |

  @DM-INST-019
  Scenario: Capitals in an account ID
    Given an instance of account "GLOBEX"
    When the producer lists the instances with "accountId=globex&default=true"
    Then it is read whether capitals in account IDs matter

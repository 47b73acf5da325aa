@client
Feature: Access requests at the same time
  Many users of one customer share the same line items. However close together their requests come, no charge may
  be lost and no token may be sold twice.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |

  @DM-ACC-029 @DM-ACC-012
  Scenario: No charge is lost among twenty at the same time
    Given a line item "ACT01" of 1000 tokens
    When 20 clients each request 1 of "PhotoPrint" "1.0" at the same time
    Then exactly 20 requests were granted (DM-ACC-029)
    And "ACT01" has used 60 tokens

  @DM-ACC-029 @DM-OD-003 @DM-LINE-024
  Scenario: No token is sold twice when tokens run out
    Given a line item "ACT01" of 30 tokens
    When 20 clients each request 1 of "PhotoPrint" "1.0" at the same time
    Then exactly 10 requests were granted
    And "ACT01" has used 30 tokens

  @DM-ACC-029 @DM-LI-A23 @DM-ACC-012
  Scenario: Twenty charges at the same time are spread over two line items without loss
    Given line items:
      | line item | tokens | ends        |
      | ACT01     | 30     | in 100 days |
      | ACT02     | 30     | in 200 days |
    When 20 clients each request 1 of "PhotoPrint" "1.0" at the same time
    Then exactly 20 requests were granted (DM-ACC-029, DM-LI-A23)
    And "ACT01" has used 30 tokens
    And "ACT02" has used 30 tokens

  @DM-ACC-029 @WH-USAGE-072 @WH-USAGE-074 @usage
  Scenario: The usage rows of charges at the same time end with the total
    Given a line item "ACT01" of 1000 tokens
    When 20 clients each request 1 of "PhotoPrint" "1.0" at the same time
    Then the last usage rows are:
      | item       | quantity | cost | line item | tokens | used |
      | PhotoPrint | 1        | 3    | ACT01     | 3      | 60   |
    And "ACT01" has used 60 tokens (DM-ACC-029, WH-USAGE-074)
